"""Finish a new demo database: mails leave at once, and today's follow-up has run."""


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
        followup.method_direct_trigger()
