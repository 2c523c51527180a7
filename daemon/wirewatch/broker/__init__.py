"""The broker that several machines work by: the door to it, and what stands there."""
