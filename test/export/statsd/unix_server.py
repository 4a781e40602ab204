# Receives datagrams on a Unix socket until its standard input ends, then prints them as JSON.
# Its second argument is how long it waits before it reads the first one, in seconds.
import json
import os
import select
import socket
import sys
import time

path, wait = sys.argv[1], float(sys.argv[2])
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
print("ready", flush=True)
time.sleep(wait)
datagrams = []
ended = False
while True:
    readable, _, _ = select.select([server] if ended else [server, sys.stdin], [], [], 0 if ended else None)
    if server in readable:
        datagrams.append(server.recv(65536).decode())
    elif ended:
        break
    elif not os.read(0, 65536):
        ended = True
print(json.dumps(datagrams))
