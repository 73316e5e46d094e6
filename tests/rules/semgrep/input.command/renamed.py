"""The request under another name, in a file that says nothing else about it."""
import os

from flask import request as incoming


def restart():
    # ruleid: py-command
    os.system("systemctl restart " + incoming.args["unit"])
    # ok: py-command
    os.system("systemctl restart web")
