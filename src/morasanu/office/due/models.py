"""What is due and when, and how it went."""

from __future__ import annotations

from django.db import models

from morasanu.rules.load import Words


class State(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", "待機"
    RUNNING = "running", "実行中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"


STATES = {
    State.WAITING: Words("待機", "waiting"),
    State.RUNNING: Words("実行中", "running"),
    State.DONE: Words("完了", "done"),
    State.FAILED: Words("失敗", "failed"),
}


KINDS = {
    "ledger.leave": Words("証拠台帳の控えを外へ送る", "send the ledger's checkpoint out"),
    "backup.make": Words("控えを取る", "make a copy"),
    "backup.drill": Words("控えを戻す訓練", "drill: put a copy back"),
    "control.judge": Words("管理策を測る", "measure the controls"),
    "reality.scan": Words("走査する", "scan"),
    "register.stocktake-over": Words("台帳棚卸の期限", "the stocktake's last day"),
    "reality.reconcile": Words("台帳と実態を突き合わせる", "reconcile the register with reality"),
}
"""What each kind is called; one that is not here is shown as it is."""


class DueEvent(models.Model):
    """Something to do at a time, once: `key` is unique. A lease that ran out means that whoever did it died, and it is done again."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """The soonest first."""

        ordering = ("at", "pk")
        indexes = (models.Index(fields=("state", "at"), name="due_state_at"),)

    def __str__(self) -> str:
        """Return the key."""
        return self.key

    @property
    def kind_words(self) -> Words:
        """Return what is to be done."""
        return KINDS.get(self.kind, Words(self.kind, self.kind))

    @property
    def state_words(self) -> Words:
        """Return how far it is."""
        return STATES[State(self.state)]
