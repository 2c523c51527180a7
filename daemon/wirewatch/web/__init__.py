"""Web: the little that people do by a click. Side effects at its edges only."""
