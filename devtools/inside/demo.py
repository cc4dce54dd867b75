"""Finish a new demo database: a few weeks of follow-up behind it, today's run done."""

import datetime

from freezegun import freeze_time

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
        followup.method_direct_trigger()


def run_earlier(env, days):
    """Run the job as if it were some days ago; its mails count as delivered."""
    now = datetime.datetime.now().replace(hour=6, minute=0)
    with freeze_time(now - datetime.timedelta(days=days)):
        env["billing.worklist"]._cron_followup()
        mails = env["mail.mail"].search([("state", "=", "outgoing")])
        mails.mail_message_id.notification_ids.notification_status = "sent"
        mails.unlink()
        calls = env["billing.worklist"].search([]).activity_ids
        today = datetime.date.today()
        calls.filtered(lambda call: call.date_deadline < today).action_feedback(
            feedback="Reached. They will look into it."
        )
        env.cr.commit()
