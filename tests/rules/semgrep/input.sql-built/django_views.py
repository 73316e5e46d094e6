"""Reporting views, Django."""
from django.db import connection
from django.http import JsonResponse


def search(request):
    term = request.GET.get("q", "")
    # ruleid: py-sql-built
    people = Person.objects.raw("SELECT * FROM people WHERE last_name = '%s'" % term)
    # ok: py-sql-built
    same = Person.objects.raw("SELECT * FROM people WHERE last_name = %s", [term])
    return JsonResponse({"people": len(list(people)), "same": len(list(same))})


class ExportView(View):
    def post(self, request):
        table = self.request.POST["table"]
        with connection.cursor() as cursor:
            # ruleid: py-sql-built
            cursor.execute(f"SELECT * FROM {table}")
            rows = cursor.fetchall()
            # ok: py-sql-built
            cursor.execute("SELECT count(*) FROM " + connection.ops.quote_name(TABLES[table]))
        return JsonResponse({"rows": rows})
