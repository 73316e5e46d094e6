"""The same body by its other names."""


def create(request):
    # ruleid: py-mass-assign
    Profile.objects.create(**request.POST.dict())
    # ruleid: py-mass-assign
    Profile.objects.create(**request.form.to_dict(flat=True))
    # ok: py-mass-assign
    Profile.objects.create(name=request.POST["name"])
