-- The schema of another organisation in the state "first", with the same keys: a ticket that the system closed.
INSERT INTO tickets_counter (id, last) VALUES (1, 1);
INSERT INTO tickets_ticket (id, number, type, subject, state, category_id, library_id, platform_id, urgency, impact, priority, reporter_id, opened_at, resolved_at, closed_at, changed_at, told_at, reopened, version, told_version) VALUES
    (1001, 'BETA-1', 'question', 'Vraag over zonnedauw', 'closed', (SELECT id FROM agenda_category WHERE code = '4.1'), 1002, 1001, 'low', 'low', 'low', 1004, '2026-01-05 10:00+01', '2026-01-06 10:00+01', '2026-01-20 10:00+01', '2026-01-20 10:00+01', '2026-01-20 10:00+01', 1, 2, 2);
INSERT INTO tickets_message (id, ticket_id, key, speaker, author_id, speaker_name, visibility, body, channel, once, created_at) VALUES
    (1001, 1001, '000000000000000000000001', 'library', 1004, '', 'public', 'Hoe zit dit?', 'mail', '', '2026-01-05 10:00+01');
INSERT INTO tickets_event (id, ticket_id, kind, schema, payload, actor_id, system_actor, channel, message_id, ticket_version, told_version, created_at) VALUES
    (1001, 1001, 'created', 1, '{}', 1004, '', 'mail', 1001, 1, 1, '2026-01-05 10:00+01'),
    (1002, 1001, 'state_changed', 1, '{"changes": {"state": ["resolved", "closed"]}}', NULL, 'closing', 'system', NULL, 2, 2, '2026-01-20 10:00+01');
