"""What the database is asked, and what of it changes data."""

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.signals import pre_save
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
    "/* page=account */ SELECT 1 -- from here",
    r"SELECT a FROM t WHERE b LIKE 'x' ESCAPE '\'",
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
    "SELECT 1 /* /* */ ' */ ; DELETE FROM t WHERE a = '",
    "SELECT 1 /*! ; DELETE FROM t */",
    "SELECT 'x",
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

    def test_quotes_are_those_of_the_database(self):
        hidden = r"WITH a AS (SELECT '\'') UPDATE t SET a = ' '"
        self.assertTrue(guard.is_write(hidden, "mysql"))
        self.assertTrue(guard.is_write("SELECT 1 # '\n; DELETE FROM t WHERE a = '", "mysql"))
        self.assertTrue(guard.is_write("SELECT ARRAY[']'] ; DELETE FROM t WHERE a = ARRAY[']']", "postgresql"))
        self.assertTrue(guard.is_write("SELECT $$ ' $$; DELETE FROM t WHERE a = $$ ' $$", "postgresql"))
        self.assertTrue(guard.is_write("SELECT q'[ ' ]' FROM t", "oracle"))
        self.assertTrue(guard.is_write("SELECT 1", "a database that this kit does not know"))
        for sql in (r"SELECT REPLACE(a, E'\\', E'\'') FROM t", "SELECT $a$ it's; DELETE FROM t $a$", "SELECT a[1], 'b' FROM t"):
            self.assertFalse(guard.is_write(sql, "postgresql"), sql)
        self.assertFalse(guard.is_write(r"SELECT 'it\'s', `update` FROM t # DELETE", "mysql"))

    def test_what_changes_sign_in_data(self):
        for sql in (
            'UPDATE /* c */ "plain_member" SET mail = %s',
            "-- c\nUPDATE plain_member SET MAIL = %s",
            "WITH x AS (SELECT 1) UPDATE main.plain_member SET mail = %s",
            "UPDATE OR REPLACE plain_member SET mail = %s",
            "UPDATE ONLY plain_member SET mail = %s",
            "UPDATE plain_member AS m SET mail = %s",
            "UPDATE plain_loan, plain_member SET plain_member.mail = %s",
            "UPDATE Plain_Member SET town = (SELECT a FROM t WHERE b), mail = %s",
            "UPDATE plain_member SET (town, mail) = (%s, %s)",
            "UPDATE plain_member SET town = %s, (number, mail) = (%s, %s)",
            "UPDATE 'plain_member' SET mail = %s",
            "UPDATE [plain_member] SET [mail] = %s",
            "REPLACE INTO plain_member SELECT * FROM t",
            "INSERT OR REPLACE INTO plain_member (id, mail) VALUES (1, %s)",
            "INSERT INTO plain_member (id, mail) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET mail = excluded.mail",
            "INSERT INTO plain_member (id, mail) VALUES (1, %s) ON DUPLICATE KEY UPDATE mail = %s",
            "INSERT INTO plain_loan (a) WITH x AS (UPDATE plain_member SET mail = %s RETURNING 1) SELECT * FROM x",
            "MERGE INTO plain_member USING t ON 1 = 1 WHEN MATCHED THEN UPDATE SET mail = %s",
            "DELETE FROM plain_member",
            "DELETE m FROM plain_member m WHERE 1",
            "DELETE plain_member FROM plain_member INNER JOIN t ON 1",
            "UPDATE plain_loan SET title = 1; UPDATE plain_member SET mail = %s",
            "TRUNCATE plain_member",
            "DROP TABLE plain_member",
            "DO $$ BEGIN UPDATE plain_member SET mail = 'x'; END $$",
        ):
            self.assertTrue(guard.changes_account(sql), sql)

    def test_what_does_not_change_sign_in_data(self):
        for sql, vendor in (
            ("SELECT * FROM plain_member", "sqlite"),
            ("/* c */ SELECT mail FROM plain_member FOR UPDATE", "postgresql"),
            ('UPDATE "plain_member" SET "town" = %s WHERE "plain_member"."mail" = %s', "sqlite"),
            ("UPDATE plain_member SET town = (SELECT a FROM t WHERE mail = %s)", "sqlite"),
            ('INSERT INTO "plain_member" ("mail") VALUES (%s) RETURNING "id"', "postgresql"),
            ('INSERT OR IGNORE INTO "plain_member_groups" ("member_id") VALUES (%s)', "sqlite"),
            ('DELETE FROM "plain_member_groups" WHERE "member_id" IN (SELECT id FROM "plain_member")', "sqlite"),
            ("DELETE `plain_loan` FROM `plain_loan` INNER JOIN `plain_member` ON (1) WHERE 1", "mysql"),
            ("UPDATE plain_loan SET title = 'plain_member'", "sqlite"),
            ("INSERT INTO plain_loan (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'plain_member'", "sqlite"),
            ("UPDATE OR REPLACE t SET mail = 1", "sqlite"),
        ):
            self.assertFalse(guard.changes_account(sql, vendor), sql)

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

    def test_sign_in_data_cannot_be_changed_by_sql_in_disguise(self):
        row = "1, 'x', NULL, 0, 'A-1', 'x@example.com', 'Ada', '', 'books_de', 1, 0, 0"
        with session():
            for sql in (
                """UPDATE /* c */ "plain_member" SET mail = 'x@example.com'""",
                "WITH x AS (SELECT 1) UPDATE main.plain_member SET mail = 'x@example.com'",
                f"REPLACE INTO plain_member SELECT {row}",
                f"INSERT INTO plain_member SELECT {row} WHERE true ON CONFLICT (id) DO UPDATE SET mail = excluded.mail",
            ):
                with self.assertRaises(guard.ProtectedAccount, msg=sql), connection.cursor() as cursor:
                    cursor.execute(sql)
        self.assertEqual(get_user_model().objects.get(pk=1).mail, "ada@example.com")

    def test_a_save_that_another_receiver_stops_opens_nothing_in_the_next_request(self):
        def stop(**kwargs):
            raise RuntimeError

        pre_save.connect(stop, sender=get_user_model())
        self.addCleanup(pre_save.disconnect, stop, sender=get_user_model())
        with session(), self.assertRaises(RuntimeError):
            self.ada.save()
        with session(), self.assertRaises(guard.ProtectedAccount):
            get_user_model().objects.filter(pk=1).update(mail="x@example.com")

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
