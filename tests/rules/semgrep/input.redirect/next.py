"""Where to go after login, with guards of several kinds: Django."""
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def first_slash(request):
    target = request.GET.get("next")
    if target and target.startswith("/"):
        # ruleid: py-redirect
        return redirect(target)
    return redirect("home")


def both_slashes(request):
    target = request.GET.get("next")
    if target and target.startswith("/") and not target.startswith("//"):
        # ok: py-redirect
        return redirect(target)
    return redirect("home")


def by_keyword(request):
    target = request.POST.get("next")
    if target and not url_has_allowed_host_and_scheme(url=target, allowed_hosts={request.get_host()}):
        target = "/"
    # ok: py-redirect
    return redirect(target)
