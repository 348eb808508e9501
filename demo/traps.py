"""Every source trap by name, the rate at which it occurs, and what a correct warehouse makes of it.

A rate is a share of leads unless the note says otherwise; each was chosen high enough to occur in the default company
of 2,000 leads and low enough to leave the reports' message visible.
"""

from __future__ import annotations

RATES: dict[str, float] = {
    "salesforce_merge": 0.02,
    "salesforce_merge_chain": 0.004,
    "salesforce_hard_delete": 0.004,
    "salesforce_soft_delete": 0.004,
    "several_leads_one_contact": 0.006,
    "open_duplicate": 0.01,
    "account_merge": 0.02,  # share of companies
    "subsidiary": 0.3,  # share of every fourth company
    "shared_domain": 0.05,  # share of every fourth company, times four
    "hubspot_merge": 0.02,
    "hubspot_merge_chain": 0.004,
    "hubspot_changed_address": 0.02,
    "hubspot_custom_stage": 0.03,
    "marketo_merge": 0.03,  # share of Marketo leads
    "marketo_double_delete": 0.02,
    "pardot_duplicate_email": 0.05,
    "free_mail": 0.08,
    "role_mailbox": 0.01,
    "plus_tag": 0.02,
    "internal_staff": 0.004,
    "test_record": 0.004,
    "account_override": 0.003,
    "deleted_member": 0.02,  # share of campaign members
    "dirty_text": 0.006,
    "invalid_email": 0.004,
    "bot": 0.02,  # share of delivered e-mails
    "same_act_twice": 0.5,  # share of HubSpot webinar forms that a campaign member repeats
    "late_event": 0.01,  # share of activities
    "same_day_decision": 0.03,  # share of decisions
    "no_reason": 0.06,  # share of rejections
    "open_task": 0.1,  # share of tasks
    "sequence_step": 0.3,  # share of outreach
}
