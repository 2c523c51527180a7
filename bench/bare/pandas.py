"""Stands in the way of pandas, which the tests bring along and users do not have.

sqlite-utils imports it wherever it is there, which takes time and memory of each process.
"""

raise ImportError("there is no pandas in a bare installation")
