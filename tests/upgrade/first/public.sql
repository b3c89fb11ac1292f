-- What two organisations hold in common, in the state "first". Columns are named: what they leave out has a default.
INSERT INTO tenants_platform (id, from_on, slug, name, product, product_version, supplier) VALUES
    (1001, '2024-01-01', 'wise', 'Wise', 'Wise', '6.1', 'OCLC');
INSERT INTO tenants_organisation (id, schema_name, from_on, slug, name, prefix, colour, ready) VALUES
    (1000, 'public', '2024-01-01', 'samenwerking', 'Samenwerking', 'SAMEN', '#23395b', true),
    (1001, 'alfa', '2024-01-01', 'alfa', 'Alfa', 'ALFA', '#0b6a6a', true),
    (1002, 'beta', '2024-01-01', 'beta', 'Beta', 'BETA', '#7a1fa2', true);
INSERT INTO tenants_domain (id, domain, tenant_id, is_primary) VALUES
    (1000, 'samenbeheer.localhost', 1000, true),
    (1001, 'alfa.samenbeheer.localhost', 1001, true),
    (1002, 'beta.samenbeheer.localhost', 1002, true);
INSERT INTO tenants_platform_organisations (id, platform_id, organisation_id) VALUES (1001, 1001, 1001), (1002, 1001, 1002);
INSERT INTO tenants_library (id, from_on, organisation_id, province_id, platform_id, slug, name) VALUES
    (1001, '2024-01-01', 1001, (SELECT id FROM tenants_province WHERE slug = 'utrecht'), 1001, 'alfa-een', 'Bibliotheek Alfa'),
    (1002, '2024-01-01', 1002, (SELECT id FROM tenants_province WHERE slug = 'limburg'), 1001, 'beta-een', 'Bibliotheek Bèta');
INSERT INTO tenants_location (id, from_on, library_id, slug, name, kind, level) VALUES
    (1001, '2024-01-01', 1001, 'alfa-een-1', 'Alfa Centrum', 'branch', 'large'),
    (1002, '2024-01-01', 1002, 'beta-een-1', 'Bèta Centrum', 'service_point', 'small');
INSERT INTO tenants_person (id, password, is_superuser, email, name, language, shortcuts, is_active, created_at) VALUES
    (1001, '!', false, 'desk@alfa.example', 'Desk Alfa', 'nl', true, true, '2026-01-02 09:00+01'),
    (1002, '!', false, 'balie@alfa.example', 'Balie Alfa', 'nl', false, true, '2026-01-02 09:00+01'),
    (1003, '!', false, 'desk@beta.example', 'Desk Bèta', 'en', true, true, '2026-01-02 09:00+01'),
    (1004, '!', false, 'balie@beta.example', 'Balie Bèta', 'nl', true, false, '2026-01-02 09:00+01');
INSERT INTO tenants_membership (id, from_on, until_on, person_id, organisation_id, role) VALUES
    (1001, '2024-01-01', NULL, 1001, 1001, 'functional_manager'),
    (1002, '2024-01-01', NULL, 1001, 1001, 'administrator'),
    (1003, '2024-01-01', '2025-12-31', 1001, 1001, 'desk_lead'),
    (1004, '2024-01-01', NULL, 1003, 1002, 'functional_manager');
INSERT INTO tenants_librarymembership (id, from_on, person_id, library_id, role, sees) VALUES
    (1001, '2024-01-01', 1002, 1001, 'key_user', 'locations'),
    (1002, '2024-01-01', 1004, 1002, 'colleague', 'own');
INSERT INTO tenants_librarymembership_locations (id, librarymembership_id, location_id) VALUES (1001, 1001, 1001);
INSERT INTO tenants_organisationsettings (id, organisation_id, auto_close_days, time_zone, refused_endings) VALUES (1001, 1001, 7, '', '');
INSERT INTO tenants_auditentry (id, at, organisation_id, actor_id, system_actor, channel, origin, action, object, result, details) VALUES
    (1001, '2026-01-02 09:00+01', 1001, NULL, 'command line', 'system', '', 'organisation.created', 'alfa', 'done', '{}'),
    (1002, '2026-01-02 09:05+01', 1001, 1001, '', 'page', '192.0.2.7', 'settings.changed', 'alfa', 'done', '{"auto_close_days": [null, 7]}');
INSERT INTO tenants_outboxentry (id, organisation_id, topic, address, dedupe_key, due_at, attempts, done_at, created_at, cause_type, cause_where, cause_message) VALUES
    (1001, 1001, 'tickets.notices', '1001', 'tickets.notices:1001', '2026-01-05 10:00+01', 1, '2026-01-05 10:00+01', '2026-01-05 10:00+01', '', '', ''),
    (1002, 1001, 'tickets.notices', '1002', 'tickets.notices:1002', '2026-01-05 11:00+01', 0, NULL, '2026-01-05 11:00+01', '', '', ''),
    (1003, 1002, 'tickets.notices', '1001', 'tickets.notices:1001', '2026-01-05 10:00+01', 3, NULL, '2026-01-05 10:00+01', '', '', '');
INSERT INTO agenda_numbering (id, letter, last) VALUES (1001, 'W', 2);
INSERT INTO agenda_seat (id, from_on, organisation_id) VALUES (1001, '2024-01-01', 1001);
INSERT INTO agenda_workitem (id, version, number, title, description, theme, goal_id, lead_id, planned_from, planned_to, progress, status, finished_on, created_at) VALUES
    (1001, 2, 1, 'Eén servicedesk', 'Eén loket.', 'integration', (SELECT id FROM agenda_policygoal WHERE code = 'samenwerking'), 1001, '2026-01-01', '2026-12-31', 40, 'at_risk', NULL, '2026-01-03 09:00+01'),
    (1002, 1, 2, 'Gelijke leenregels', '', 'harmonisation', NULL, 1002, '2026-03-01', '2026-06-30', 100, 'on_track', '2026-06-01', '2026-01-03 09:00+01');
INSERT INTO agenda_contribution (id, item_id, organisation_id, description, status) VALUES
    (1001, 1001, 1001, 'Trekker', 'on_track'),
    (1002, 1001, 1002, 'Proeflezer', 'at_risk');
INSERT INTO agenda_event (id, at, kind, object, version, schema, data, actor_id, system_actor, on_behalf_of_id, channel) VALUES
    (1001, '2026-01-03 09:00+01', 'work.item_created', 'W1', 1, 1, '{"before": {}, "after": {"title": "Eén servicedesk"}, "text": ""}', 1001, '', 1001, 'page'),
    (1002, '2026-02-03 09:00+01', 'work.reported', 'W1', 2, 1, '{"before": {"progress": 0}, "after": {"progress": 40}, "text": "Loopt uit."}', 1001, '', 1001, 'api'),
    (1003, '2026-01-03 09:00+01', 'work.item_created', 'W2', 1, 1, '{"before": {}, "after": {"title": "Gelijke leenregels"}, "text": ""}', 1003, '', 1002, 'page');
INSERT INTO agenda_ticketsnapshot (id, organisation_id, number, type, category_id, priority, state, library_id, location_ids, platform_id, opened_at, first_answer_at, reopened, minutes_to_first_answer, sla_outcome, version) VALUES
    (1001, 1001, 'ALFA-1', 'incident', (SELECT id FROM agenda_category WHERE code = '6.1'), 'high', 'open', 1001, '{1001}', 1001, '2026-01-05 10:00+01', '2026-01-05 11:00+01', 0, 60, '', 3);
-- What Django itself adds after migrating.
INSERT INTO django_content_type (app_label, model) VALUES ('tickets', 'ticket') ON CONFLICT DO NOTHING;
INSERT INTO auth_permission (name, content_type_id, codename)
    SELECT 'May see this ticket', id, 'view_ticket' FROM django_content_type WHERE app_label = 'tickets' AND model = 'ticket'
    ON CONFLICT DO NOTHING;
