"""A small service manager: opens sockets for a program as systemd does, and prints what the program tells it.

usage: service-manager.py FOLDER WATCHDOG_USEC PROGRAM ARGUMENT...
Prints "port NAME NUMBER" for each socket, and "notify TEXT" for each notification.
"""

import fcntl
import os
import socket
import sys

folder, watchdog, *command = sys.argv[1:]
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
tcp, relp = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
local.bind(f"{folder}/log.sock")
local.listen()
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(f"{folder}/notify.sock")
for name, sock in [("udp", udp), ("tcp", tcp), ("relp", relp)]:
    print("port", name, sock.getsockname()[1], flush=True)

child = os.fork()
if child == 0:
    # Out of the way first, since a descriptor may be one of those that they are to have.
    spare = [fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 20) for sock in (udp, tcp, relp, local)]
    for fd, copy in enumerate(spare, start=3):
        os.dup2(copy, fd, inheritable=True)
        os.close(copy)
    os.environ.update(
        LISTEN_PID=str(os.getpid()),
        LISTEN_FDS="4",
        LISTEN_FDNAMES="syslog:syslog:relp:syslog",
        NOTIFY_SOCKET=f"{folder}/notify.sock",
        WATCHDOG_USEC=watchdog,
        WATCHDOG_PID=str(os.getpid()),
    )
    os.execvp(command[0], command)

print("pid", child, flush=True)
notify.settimeout(0.1)
while os.waitpid(child, os.WNOHANG) == (0, 0):
    try:
        for line in notify.recv(4096).decode().splitlines():
            print("notify", line, flush=True)
    except TimeoutError:
        pass
