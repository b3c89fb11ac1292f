"""Background work of the desk, room by room. The schema name comes first; an unknown one is logged and nothing runs."""

from tickets.clocks.tasks import begin_day, begin_day_everywhere, reckon, reckon_everywhere
from tickets.closing.tasks import close_resolved, close_resolved_everywhere
from tickets.contracts.tasks import mail_contract_warning, warn_of_contracts, warn_of_contracts_everywhere
from tickets.notices.tasks import notify
from tickets.proposals.tasks import count_sorted, count_sorted_everywhere
from tickets.retention.tasks import (
    purge_attachments,
    purge_attachments_everywhere,
    tidy_bytes,
    tidy_bytes_everywhere,
)
from tickets.snapshots.tasks import check_drift, check_drift_everywhere
from tickets.warnings.tasks import mail_warning, warn, warn_everywhere

__all__ = [
    "begin_day",
    "begin_day_everywhere",
    "check_drift",
    "check_drift_everywhere",
    "close_resolved",
    "close_resolved_everywhere",
    "count_sorted",
    "count_sorted_everywhere",
    "mail_contract_warning",
    "mail_warning",
    "notify",
    "purge_attachments",
    "purge_attachments_everywhere",
    "reckon",
    "reckon_everywhere",
    "tidy_bytes",
    "tidy_bytes_everywhere",
    "warn",
    "warn_everywhere",
    "warn_of_contracts",
    "warn_of_contracts_everywhere",
]
