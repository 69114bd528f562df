"""What the database is asked, and what of it changes data."""

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import SimpleTestCase

from lac_django import guard
from lac_django.state import Impersonation, active
from plain.models import Visit
from tests.support.cases import KitCase

READS = (
    "SELECT 1",
    "  select * from t where a = 'INSERT INTO x'",
    "(SELECT a FROM t) UNION (SELECT b FROM t)",
    "SELECT * FROM t FOR UPDATE",
    "SELECT * FROM t FOR NO KEY UPDATE",
    'SELECT "update" FROM t',
    "SELECT replace(a, 'x', 'y') FROM t",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    "SAVEPOINT s1",
    "RELEASE SAVEPOINT s1",
    "ROLLBACK TO SAVEPOINT s1",
    "BEGIN IMMEDIATE",
    "PRAGMA foreign_keys",
    "EXPLAIN SELECT 1",
    "SHOW server_version",
    "SELECT 1;",
)
WRITES = (
    "INSERT INTO t VALUES (1)",
    "update t set a = 1",
    "DELETE FROM t",
    "REPLACE INTO t VALUES (1)",
    "MERGE INTO t USING u ON 1=1 WHEN MATCHED THEN DELETE",
    "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
    "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
    "SELECT * INTO t2 FROM t",
    "SELECT 1; DELETE FROM t",
    "SAVEPOINT a; DELETE FROM t",
    "EXPLAIN ANALYZE DELETE FROM t",
    "TRUNCATE t",
    "DROP TABLE t",
    "ALTER TABLE t ADD c int",
    "CREATE TABLE t (a int)",
    "CALL a_procedure()",
    "DO $$ BEGIN END $$",
    "COPY t FROM STDIN",
    "LOCK TABLE t",
    "VACUUM",
    "PRAGMA writable_schema = 1",
    "/* SELECT */ DELETE FROM t",
    "",
)


class Statements(SimpleTestCase):
    def test_reads(self):
        for sql in READS:
            self.assertFalse(guard.is_write(sql), sql)

    def test_writes(self):
        for sql in WRITES:
            self.assertTrue(guard.is_write(sql), sql)

    def test_the_table_that_is_written(self):
        for sql, table in (
            ('INSERT INTO "django_session" ("a") VALUES (1)', "django_session"),
            ("UPDATE `django_session` SET a = 1", "django_session"),
            ('DELETE FROM "public"."django_session" WHERE 1', "django_session"),
            ("INSERT OR IGNORE INTO x VALUES (1)", "x"),
            ('UPDATE "django_session" SET a = 1; DELETE FROM t', None),
            ("WITH django_session AS (DELETE FROM t RETURNING *) SELECT 1", None),
        ):
            self.assertEqual(guard.written_table(sql), table, sql)

    def test_session_tables(self):
        self.assertEqual(guard.session_tables(), {"django_session"})


def session(**values):
    fields = {
        "session_id": "s", "customer": "1", "customer_name": "", "customer_email": "", "website": "", "website_name": "",
        "store_view": "", "admin": "", "admin_full_name": "", "ends_at": 0.0, "read_only": False, "disable_page_cache": True,
    }
    return active(Impersonation(**(fields | values)))


class Database(KitCase):
    def test_read_only_holds_past_the_models(self):
        with session(read_only=True):
            for sql in ("DELETE FROM plain_visit", "INSERT INTO plain_visit (path) VALUES ('x')"):
                with self.assertRaises(guard.ReadOnlySession), connection.cursor() as cursor:
                    cursor.execute(sql)
            with self.assertRaises(guard.ReadOnlySession):
                Visit.objects.bulk_create([Visit(path="x")])
            with self.assertRaises(guard.ReadOnlySession), transaction.atomic():
                Visit.objects.update(path="y")
            self.assertEqual(Visit.objects.count(), 0)
        Visit.objects.create(path="afterwards")

    def test_a_new_connection_is_guarded_as_well(self):
        connection.close()
        with session(read_only=True), self.assertRaises(guard.ReadOnlySession):
            Visit.objects.create(path="x")
        self.assertEqual(connection.execute_wrappers.count(guard.execute), 1)

    def test_wrappers_of_others_come_and_go(self):
        connection.close()
        with connection.execute_wrapper(lambda run, *args: run(*args)):
            Visit.objects.count()
        self.assertIn(guard.execute, connection.execute_wrappers)

    def test_sign_in_data_cannot_be_changed_past_save(self):
        users = get_user_model().objects
        with session():
            for change in ({"password": "x"}, {"mail": "x@example.com"}, {"number": "X"}):
                with self.assertRaises(guard.ProtectedAccount):
                    users.filter(pk=1).update(**change)
            self.ada.mail = "x@example.com"
            with self.assertRaises(guard.ProtectedAccount):
                users.bulk_update([self.ada], ["mail"])
            with self.assertRaises(guard.ProtectedAccount):
                self.ada.save()
            with self.assertRaises(guard.ProtectedAccount):
                self.ada.save(update_fields=["mail"])
            with self.assertRaises(guard.ProtectedAccount):
                users.filter(pk=1).delete()
            with self.assertRaises(guard.ProtectedAccount):
                users.filter(pk=2)._raw_delete("default")
            with self.assertRaises(guard.ProtectedAccount):
                self.bob.set_password("x")
                self.bob.save()
            users.filter(pk=1).update(town="Dorking")
            self.ada.refresh_from_db()
            self.ada.town = "Ockham"
            self.ada.save()
        self.assertEqual(users.get(pk=1).mail, "ada@example.com")
        self.assertEqual(users.get(pk=1).town, "Ockham")

    def test_a_proxy_of_the_user_model(self):
        class Person(get_user_model()):
            class Meta:
                proxy = True
                app_label = "plain"

        person = Person.objects.get(pk=1)
        with session():
            person.town = "Ockham"
            person.save()
            person.mail = "x@example.com"
            with self.assertRaises(guard.ProtectedAccount):
                person.save()
            with self.assertRaises(guard.ProtectedAccount):
                person.delete()

    def test_a_save_that_fails_opens_nothing(self):
        users = get_user_model().objects
        with session():
            self.ada.town = None
            with self.assertRaises(Exception):
                self.ada.save()
            with self.assertRaises(guard.ProtectedAccount):
                users.filter(pk=1).update(mail="x@example.com")
