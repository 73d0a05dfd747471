"""Asks every window of a display to close, as a window manager does when its cross is clicked: there is none here.

Says `ready` when it has found them, and asks them when it is told a line."""

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = c_void_p
x11.XOpenDisplay.argtypes = [c_char_p]
x11.XDefaultRootWindow.restype = c_ulong
x11.XInternAtom.restype = c_ulong


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("window", c_ulong),
                ("message_type", c_ulong), ("format", c_int), ("data", c_long * 5), ("rest", c_long * 24)]


display = c_void_p(x11.XOpenDisplay(None))
assert display, "no display"
protocols = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)


def children(window):
    root, parent, found, n = c_ulong(), c_ulong(), POINTER(c_ulong)(), c_uint()
    x11.XQueryTree(display, c_ulong(window), byref(root), byref(parent), byref(found), byref(n))
    return [found[i] for i in range(n.value)]


def knows_closing(window):
    atoms, n = POINTER(c_ulong)(), c_int()
    there = x11.XGetWMProtocols(display, c_ulong(window), byref(atoms), byref(n))
    return bool(there) and delete in [atoms[i] for i in range(n.value)]


waiting, found = [x11.XDefaultRootWindow(display)], []
while waiting:
    window = waiting.pop()
    waiting.extend(children(window))
    if knows_closing(window):
        found.append(window)
assert found, "no window can be asked to close"
print("ready", flush=True)
sys.stdin.readline()
for window in found:
    message = ClientMessage(type=33, window=window, message_type=protocols, format=32)
    message.data[0] = delete
    x11.XSendEvent(display, c_ulong(window), 0, c_long(0), byref(message))
x11.XSync(display, 0)
