"""Small answers leave the server when they are written."""

import os
import socket

import psutil


def answer_at_once() -> None:
    """Have connections that this process will accept send each piece as it comes (TCP_NODELAY).

    An answer is written in two pieces, head and body; without this the system keeps the second back until the browser
    has acknowledged the first, which it does after 40 ms: half a second for the sixty files of a first visit. asyncio
    asks for it by itself, but not on the socket that Streamlit makes (its protocol is 0, "any"). What is accepted takes
    it over from the socket that listens.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
