"""Stands in the way of numpy, which the tests bring along and users do not have.

sqlite-utils imports it wherever it is there, which takes time and memory of each process.
"""

raise ImportError("there is no numpy in a bare installation")
