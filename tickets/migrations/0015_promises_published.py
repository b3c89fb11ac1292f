from django.db import migrations

# Publish what became of the promises of tickets that have clocks, as `snapshots.rebuild` would; tickets without any (closed
# before there were clocks) have nothing to tell, and are not touched.
FORWARD = """
UPDATE agenda_ticketsnapshot shown
   SET first_answer_outcome = told.answer_outcome, first_answer_worked = told.answer_worked,
       resolution_outcome = told.resolution_outcome, resolution_worked = told.resolution_worked
  FROM (SELECT ticket.number,
               coalesce(max(outcome) FILTER (WHERE kind = 'first_answer'), '') AS answer_outcome,
               max(worked) FILTER (WHERE kind = 'first_answer') AS answer_worked,
               coalesce(max(outcome) FILTER (WHERE kind = 'resolution'), '') AS resolution_outcome,
               max(worked) FILTER (WHERE kind = 'resolution') AS resolution_worked
          FROM (SELECT ticket_id, kind, CASE WHEN done_at IS NOT NULL THEN ran END AS worked,
                       CASE WHEN late_at IS NOT NULL THEN 'late'
                            WHEN target IS NULL OR cancelled THEN ''
                            WHEN done_at IS NULL THEN 'running'
                            ELSE 'in_time' END AS outcome
                  FROM tickets_clock WHERE kind IN ('first_answer', 'resolution') AND place = 0) clock
          JOIN tickets_ticket ticket ON ticket.id = clock.ticket_id
         GROUP BY ticket.number) told
 WHERE shown.number = told.number
   AND shown.organisation_id = (SELECT id FROM tenants_organisation WHERE schema_name = current_schema())
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0014_rules_of_tickets"),
        ("agenda", "0009_promises"),
        ("tenants", "0015_words"),
    ]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
