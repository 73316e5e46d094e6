"""A backslash between the request and what is read from it."""


def attachment(request):
    name = request \
        .GET["name"]
    # ruleid: py-path
    with open("/srv/files/" + name) as stream:
        first = stream.read()
    # ok: py-path
    with open("/srv/files/terms.txt") as stream:
        return first + stream.read()
