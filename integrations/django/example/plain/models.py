from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class MemberManager(BaseUserManager):
    def create_user(self, number, mail, password=None, **values):
        member = self.model(number=number, mail=mail, **values)
        member.set_password(password)
        member.save(using=self._db)
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    number = models.CharField(max_length=20, unique=True)
    mail = models.EmailField()
    shown_name = models.CharField(max_length=120, blank=True)
    town = models.CharField(max_length=120, blank=True)
    website = models.CharField(max_length=40, default="books_de")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_supplier = models.BooleanField(default=False)

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "mail"
    REQUIRED_FIELDS = ["mail"]
    objects = MemberManager()

    def get_full_name(self):
        return self.shown_name


class Loan(models.Model):
    """A book that a member has borrowed."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)


class Visit(models.Model):
    """A counter that a page increments on GET, as shops do."""

    path = models.CharField(max_length=200)
