-- The schema of one organisation in the state "first": an open ticket with an answer, a note, a file and a guest.
INSERT INTO tickets_counter (id, last) VALUES (1, 1);
INSERT INTO tickets_ticket (id, number, type, subject, state, category_id, library_id, platform_id, urgency, impact, priority, reporter_id, assignee_id, opened_at, first_answer_at, changed_at, told_at, reopened, version, told_version) VALUES
    (1001, 'ALFA-1', 'incident', 'Zelfservice zegt kwartelzang', 'open', (SELECT id FROM agenda_category WHERE code = '6.1'), 1001, 1001, 'high', 'medium', 'high', 1002, 1001, '2026-01-05 10:00+01', '2026-01-05 11:00+01', '2026-01-05 12:00+01', '2026-01-05 11:00+01', 0, 3, 2);
INSERT INTO tickets_ticket_locations (id, ticket_id, location_id) VALUES (1001, 1001, 1001);
INSERT INTO tickets_message (id, ticket_id, key, speaker, author_id, speaker_name, visibility, body, channel, once, created_at) VALUES
    (1001, 1001, '000000000000000000000001', 'library', 1002, '', 'public', 'Het scherm blijft zwart.', 'page', '', '2026-01-05 10:00+01'),
    (1002, 1001, '000000000000000000000002', 'staff', 1001, '', 'public', 'Wij kijken.', 'page', 'mark', '2026-01-05 11:00+01'),
    (1003, 1001, '000000000000000000000003', 'staff', 1001, '', 'internal', 'Voeding stuk.', 'api', '', '2026-01-05 12:00+01');
INSERT INTO tickets_attachment (id, message_id, key, name, size, content_type, sha256, storage_name, purpose, contains_patron_data, created_at) VALUES
    (1001, 1001, 'sleutel', 'scherm.png', 12, 'image/png', repeat('0', 64), 'alfa/scherm', 'message', false, '2026-01-05 10:00+01');
INSERT INTO tickets_event (id, ticket_id, kind, schema, payload, actor_id, system_actor, channel, message_id, ticket_version, told_version, created_at) VALUES
    (1001, 1001, 'created', 1, '{}', 1002, '', 'page', 1001, 1, 1, '2026-01-05 10:00+01'),
    (1002, 1001, 'answered', 1, '{"changes": {"state": ["new", "open"]}}', 1001, '', 'page', 1002, 2, 2, '2026-01-05 11:00+01'),
    (1003, 1001, 'noted', 1, '{}', 1001, '', 'api', 1003, 3, NULL, '2026-01-05 12:00+01');
INSERT INTO tickets_ticketgrant (id, permission_id, user_id, content_object_id, until_on) VALUES
    (1001, (SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id WHERE t.app_label = 'tickets' AND p.codename = 'view_ticket'), 1003, 1001, '2026-12-31');
INSERT INTO tickets_notice (id, event_id, person_id, kind, sent_at) VALUES (1001, 1002, 1002, 'answered', '2026-01-05 11:01+01');
