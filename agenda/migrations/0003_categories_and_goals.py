from datetime import date

from django.db import migrations

TREE = [
    ("1", "Uitleen & balie", "Circulation", [
        ("Uitlenen, innemen, verlengen", "Check-out, check-in, renewal"),
        ("Reserveringen & kastlijst", "Holds & pick lists"),
        ("Transport & rouleren", "Transit & floating"),
        ("Leenregels & tarieven", "Loan rules & fees"),
        ("Kalender & openingstijden", "Calendar & opening hours"),
        ("Noodprocedure (offline)", "Offline circulation"),
    ]),
    ("2", "Klanten", "Patrons", [
        ("Inschrijven & lidmaatschappen", "Registration & memberships"),
        ("Klantgegevens, dubbelen & passen", "Data, duplicates & cards"),
        ("Online inschrijven", "Online registration"),
        ("Klantenonderhoud & opschonen (AVG)", "Patron upkeep & purge (GDPR)"),
    ]),
    ("3", "Financiën", "Finance", [
        ("Boetes, nota's & kwijtschelden", "Fines, bills & waivers"),
        ("Incasso & contributie", "Direct debit & fees"),
        ("Online betalen (PSP)", "Online payment (PSP)"),
        ("Kassa, dagboek & betaalautomaat", "Till, journal & terminal"),
    ]),
    ("4", "Collectie & catalogus", "Collection", [
        ("Titels & metadata (GGC/NBC+)", "Titles & metadata (GGC/NBC+)"),
        ("Exemplaren & plaatsing", "Items & locations"),
        ("Bestellen & budgetten", "Acquisitions & budgets"),
        ("Saneren & selecties", "Weeding & selections"),
        ("Tijdschriften", "Serials"),
    ]),
    ("5", "Publieksdiensten", "Public services", [
        ("Website & portal (Wisecat+)", "Website & portal (Wisecat+)"),
        ("Mijn Menu & inloggen (Single Identity)", "Account & login (Single Identity)"),
        ("Bibliotheek Wise App", "Library app"),
        ("Online Bibliotheek & e-books", "E-lending"),
        ("Publieks-pc's & print (ARGOS)", "Public PCs & print (ARGOS)"),
    ]),
    ("6", "Apparatuur & koppelingen", "Devices & interfaces", [
        ("Zelfservice (SIP2)", "Self-service (SIP2)"),
        ("RFID, poorten & sorteer", "RFID, gates & sorter"),
        ("Toegang onbemande vestiging", "Open library access"),
        ("REST-API & externe apps", "REST API & external apps"),
        ("Werkplek, printers & client-updates", "Workstation, printers & client updates"),
    ]),
    ("7", "Berichten & marketing", "Messaging", [
        ("Inleverattenties & reserveringsberichten", "Due & hold notices"),
        ("E-mail-aflevering (SPF/DKIM/bounce)", "Mail delivery (SPF/DKIM/bounce)"),
        ("Nieuwsbrief & campagnes (CRM)", "Newsletters & campaigns (CRM)"),
        ("Brief- en bonlayout", "Letter & receipt templates"),
    ]),
    ("8", "Onderwijs, IBL & landelijk", "Schools, ILL & national", [
        ("SchoolWise & dBos", "School libraries"),
        ("IBL & IBL-V", "Inter-library loan"),
        ("Datawarehouse & leenrecht", "Data warehouse & lending right"),
        ("Statistiek & rapportage (BI)", "Statistics & reports (BI)"),
    ]),
    ("9", "Beheer", "Management", [
        ("Autorisaties & accounts", "Access & accounts"),
        ("Vestiging openen, sluiten, fuseren", "Opening, closing, merging a branch"),
        ("Release, test & acceptatie", "Release, test & acceptance"),
        ("Performance & beschikbaarheid", "Performance & availability"),
        ("Privacy & security", "Privacy & security"),
    ]),
]  # fmt: skip

# The eight tasks for the system that the Netwerkagenda 2021-2023 ends with, as far as they are named publicly.
GOALS = [
    ("geletterde-samenleving", "Geletterde samenleving", "Literate society"),
    ("informatiesamenleving", "Participatie in de informatiesamenleving", "Taking part in the information society"),
    ("leven-lang-ontwikkelen", "Leven lang ontwikkelen", "Lifelong development"),
    ("digitale-infrastructuur", "Digitale netwerkinfrastructuur", "Digital network infrastructure"),
    ("innovatie", "Innovatie", "Innovation"),
    ("samenwerking", "Samenwerking, kwaliteit en kennis", "Cooperation, quality and knowledge"),
]


def add(apps, schema_editor):
    category = apps.get_model("agenda", "Category")
    since, position = date(2016, 1, 1), 0
    for code, name_nl, name_en, leaves in TREE:
        position += 100
        group = category.objects.create(code=code, name_nl=name_nl, name_en=name_en, position=position, from_on=since)
        for index, (leaf_nl, leaf_en) in enumerate(leaves, start=1):
            category.objects.create(
                code=f"{code}.{index}",
                parent=group,
                name_nl=leaf_nl,
                name_en=leaf_en,
                position=position + index,
                from_on=since,
            )
    framework = apps.get_model("agenda", "PolicyFramework").objects.create(
        name_nl="Netwerkagenda 2021-2023",
        name_en="Network agenda 2021-2023",
        from_on=date(2021, 1, 1),
        until_on=date(2023, 12, 31),
    )
    goal = apps.get_model("agenda", "PolicyGoal")
    for index, (code, name_nl, name_en) in enumerate(GOALS):
        goal.objects.create(
            framework=framework,
            code=code,
            name_nl=name_nl,
            name_en=name_en,
            position=index,
            from_on=framework.from_on,
            until_on=framework.until_on,
        )


class Migration(migrations.Migration):
    dependencies = [("agenda", "0002_append_only")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
