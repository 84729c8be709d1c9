"""What the dashboard keeps: summaries, marks, runs of regrades, links for accounts; the audit log by id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "regrade_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.String(length=8), nullable=False),
        sa.Column("only", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("gathered_to", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_regrade_runs_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_regrade_runs_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_regrade_runs_created_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_regrade_runs_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade_runs")),
    )
    with op.batch_alter_table("regrade_runs", schema=None) as batch_op:
        batch_op.create_index("ix_regrade_runs_assignment_id_state", ["assignment_id", "state"], unique=False)
        batch_op.create_index("ix_regrade_runs_course_id_id", ["course_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_regrade_runs_state"), ["state"], unique=False)

    op.create_table(
        "saved_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("check_name", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_saved_comments_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_saved_comments_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_comments")),
    )
    with op.batch_alter_table("saved_comments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_saved_comments_assignment_id_check_name", ["assignment_id", "check_name"], unique=False
        )

    op.create_table(
        "student_checks",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("check_name", sa.String(length=100), nullable=False),
        sa.Column("first_verdict", sa.String(length=16), nullable=False),
        sa.Column("latest_verdict", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_to_pass", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_student_checks_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_student_checks_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", "check_name", name=op.f("pk_student_checks")),
    )
    with op.batch_alter_table("student_checks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_student_checks_assignment_id_check_name", ["assignment_id", "check_name"], unique=False
        )

    op.create_table(
        "student_mistakes",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("check_name", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("first_submission_id", sa.Integer(), nullable=False),
        sa.Column("last_submission_id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("overcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overcome_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_student_mistakes_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_student_mistakes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", "check_name", "code", name=op.f("pk_student_mistakes")),
    )
    with op.batch_alter_table("student_mistakes", schema=None) as batch_op:
        batch_op.create_index("ix_student_mistakes_assignment_id_code", ["assignment_id", "code"], unique=False)
        batch_op.create_index("ix_student_mistakes_assignment_id_streak", ["assignment_id", "streak"], unique=False)

    op.create_table(
        "student_tallies",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_student_tallies_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_student_tallies_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("assignment_id", "user_id", name=op.f("pk_student_tallies")),
    )
    op.create_table(
        "tallies",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=190), nullable=False),
        sa.Column("bucket", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_tallies_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "subject", "bucket", name=op.f("pk_tallies")),
    )
    op.create_table(
        "mark_claims",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["written_answers.id"], name=op.f("fk_mark_claims_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mark_claims_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_mark_claims")),
    )
    op.create_table(
        "marks",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("check_name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("adjust", sa.Double(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["written_answers.id"], name=op.f("fk_marks_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_marks_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_marks_author_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_marks")),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index("ix_marks_assignment_id_check_name", ["assignment_id", "check_name"], unique=False)

    op.create_table(
        "regrade_items",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grading_id", sa.Integer(), nullable=True),
        sa.Column("grading_before", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("score_before", sa.Double(), nullable=True),
        sa.Column("score_after", sa.Double(), nullable=True),
        sa.Column("change", sa.Double(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["grading_id"], ["gradings.id"], name=op.f("fk_regrade_items_grading_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["regrade_runs.id"], name=op.f("fk_regrade_items_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_regrade_items_submission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_regrade_items_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "submission_id", name=op.f("pk_regrade_items")),
        sa.UniqueConstraint("grading_id", name=op.f("uq_regrade_items_grading_id")),
    )
    with op.batch_alter_table("regrade_items", schema=None) as batch_op:
        batch_op.create_index("ix_regrade_items_run_id_differs_change", ["run_id", "differs", "change"], unique=False)
        batch_op.create_index("ix_regrade_items_run_id_state", ["run_id", "state"], unique=False)

    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_log_course_id_at"))
        batch_op.create_index("ix_audit_log_action_id", ["action", "id"], unique=False)
        batch_op.create_index("ix_audit_log_actor_id_id", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_audit_log_course_id_action_id", ["course_id", "action", "id"], unique=False)
        batch_op.create_index("ix_audit_log_course_id_id", ["course_id", "id"], unique=False)
        batch_op.create_index("ix_audit_log_subject_id", ["subject", "id"], unique=False)

    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_invitations_user_id"), ["user_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_invitations_user_id"), "users", ["user_id"], ["id"], ondelete="CASCADE"
        )


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_invitations_user_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_invitations_user_id"))
        batch_op.drop_column("user_id")

    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_log_subject_id")
        batch_op.drop_index("ix_audit_log_course_id_id")
        batch_op.drop_index("ix_audit_log_course_id_action_id")
        batch_op.drop_index("ix_audit_log_actor_id_id")
        batch_op.drop_index("ix_audit_log_action_id")
        batch_op.create_index(batch_op.f("ix_audit_log_course_id_at"), ["course_id", "at"], unique=False)

    with op.batch_alter_table("regrade_items", schema=None) as batch_op:
        batch_op.drop_index("ix_regrade_items_run_id_state")
        batch_op.drop_index("ix_regrade_items_run_id_differs_change")

    op.drop_table("regrade_items")
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index("ix_marks_assignment_id_check_name")

    op.drop_table("marks")
    op.drop_table("mark_claims")
    op.drop_table("tallies")
    op.drop_table("student_tallies")
    with op.batch_alter_table("student_mistakes", schema=None) as batch_op:
        batch_op.drop_index("ix_student_mistakes_assignment_id_streak")
        batch_op.drop_index("ix_student_mistakes_assignment_id_code")

    op.drop_table("student_mistakes")
    with op.batch_alter_table("student_checks", schema=None) as batch_op:
        batch_op.drop_index("ix_student_checks_assignment_id_check_name")

    op.drop_table("student_checks")
    with op.batch_alter_table("saved_comments", schema=None) as batch_op:
        batch_op.drop_index("ix_saved_comments_assignment_id_check_name")

    op.drop_table("saved_comments")
    with op.batch_alter_table("regrade_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regrade_runs_state"))
        batch_op.drop_index("ix_regrade_runs_course_id_id")
        batch_op.drop_index("ix_regrade_runs_assignment_id_state")

    op.drop_table("regrade_runs")
