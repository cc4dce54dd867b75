"""Finish a new demo database: a few weeks of follow-up behind it, today's run done."""

import datetime

from freezegun import freeze_time

from . import demo_close, demo_promises

# Days before today on which the job is run, so that customers stand at every stage.
EARLIER_RUNS = (45, 37, 29, 21, 14, 7)


def main(env, _argv):
    env.ref("mail.ir_cron_mail_scheduler_action").write(
        {"interval_number": 1, "interval_type": "minutes"}
    )
    # The demo tells nobody outside of itself.
    reports_home = env.ref("mail.ir_cron_module_update_notification", False)
    if reports_home:
        reports_home.active = False
    env.cr.commit()
    followup = env.ref("billing_coordinator.ir_cron_followup", raise_if_not_found=False)
    if followup:
        for days in EARLIER_RUNS:
            run_earlier(env, days)
        forget_impossible(env)
        demo_promises.make(env)
        followup.method_direct_trigger()
        demo_close.make(env)


def run_earlier(env, days):
    """Run the job as if it were some days ago; its mails count as delivered."""
    now = datetime.datetime.now().replace(hour=6, minute=0)
    with freeze_time(now - datetime.timedelta(days=days)):
        worklist = env["billing.worklist"]
        worklist._cron_followup()
        mails = env["mail.mail"].search([("state", "=", "outgoing")])
        mails.mail_message_id.notification_ids.notification_status = "sent"
        mails.unlink()
        calls = worklist.search([]).activity_ids.filtered(
            lambda activity: (
                activity.activity_category == "phonecall"
                and activity.date_deadline < datetime.date.today()
            )
        )
        calls.action_feedback(feedback="Reached. They will look into it.")
        env.cr.commit()


def forget_impossible(env):
    """Drop the notices that name an invoice which was not there on their day."""
    env.flush_all()
    env.cr.execute(
        """DELETE FROM billing_followup_notice notice
            USING billing_followup_notice_line line, account_move move
            WHERE line.notice_id = notice.id AND move.id = line.move_id
              AND move.date > notice.date"""
    )
    env.invalidate_all()
