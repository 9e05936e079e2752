# The C layout of the classes in value.py, for backward.py to share: the fields that they
# declare there, in the same order. A node takes 96 bytes. Fields are cleared in this
# order when a node is freed, so `_extra`, which holds the Breaker, comes last.

from cpython.pythread cimport PyThread_get_thread_ident

cdef class Value:
    cdef double _data, _grad
    cdef Value _x, _y
    cdef double _dx, _dy
    cdef unsigned short _code, _depth
    cdef unsigned int _waiting
    cdef Value _link
    cdef object _scope
    cdef Extra _extra

cdef class Extra:
    cdef str label, op
    cdef object hook
    cdef tuple parents, local_grads
    cdef dict attributes
    cdef Breaker breaker

cdef class Breaker:
    cdef object held

cdef class State:
    cdef bint recording
    cdef object scope, watch
