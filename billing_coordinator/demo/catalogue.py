"""The invented world of the demo data: two companies, what they sell, to whom.

Every host name lies under example.com, which nobody can own, so that no message
of a demo database ever reaches a stranger.
"""

PRODUCTS = {
    # key: (name, list price in the seller's currency, kind)
    "gauge": ("Pressure gauge PG-100", 145.0, "consu"),
    "gauge_digital": ("Digital pressure gauge PG-220", 320.0, "consu"),
    "flow": ("Flow meter FM-50", 890.0, "consu"),
    "flow_ultra": ("Ultrasonic flow meter FM-80", 2450.0, "consu"),
    "thermo": ("Thermocouple set TC-K", 95.0, "consu"),
    "transmitter": ("Temperature transmitter TT-12", 210.0, "consu"),
    "level": ("Radar level sensor LS-30", 1380.0, "consu"),
    "logger": ("Data logger DL-8", 640.0, "consu"),
    "valve": ("Control valve CV-2", 1120.0, "consu"),
    "cable": ("Sensor cable, 25 m", 58.0, "consu"),
    "housing": ("Stainless housing IP68", 76.0, "consu"),
    "calibration": ("Calibration with certificate", 180.0, "service"),
    "commissioning": ("Commissioning on site, per day", 1250.0, "service"),
    "maintenance": ("Maintenance contract, per quarter", 950.0, "service"),
}

TERMS = {
    # key: (name, installments as (percent, days after the invoice date))
    "net14": ("14 days net", ((100.0, 14),)),
    "net30": ("30 days net", ((100.0, 30),)),
    "net45": ("45 days net", ((100.0, 45),)),
    "net60": ("60 days net", ((100.0, 60),)),
    "deposit": ("30 % on order, 70 % in 45 days", ((30.0, 0), (70.0, 45))),
    "thirds": (
        "Three parts: 30, 60 and 90 days",
        ((33.33, 30), (33.33, 60), (33.34, 90)),
    ),
}
# How often a customer is given each of the terms.
TERM_WEIGHTS = {
    "net14": 10, "net30": 45, "net45": 18, "net60": 12, "deposit": 8, "thirds": 7,
}  # fmt: skip

LANGUAGES = {"FR": "fr_FR", "DE": "de_DE"}

# (name, street, postal code, city, country[, state])
CUSTOMERS = {
    "us": (
        ("Harbor Optics", "12 Long Wharf", "02110", "Boston", "US", "MA"),
        ("Lakeshore Breweries", "880 Canal Street", "53202", "Milwaukee", "US", "WI"),
        ("Granite State Pumps", "41 Elm Street", "03101", "Manchester", "US", "NH"),
        ("Cascade Water Works", "2300 Front Avenue", "97209", "Portland", "US", "OR"),
        ("Red Mesa Energy", "600 Lomas Boulevard", "87102", "Albuquerque", "US", "NM"),
        ("Pinecrest Dairy", "77 Creamery Road", "05401", "Burlington", "US", "VT"),
        ("Bluegrass Distillers", "310 Bourbon Lane", "40202", "Louisville", "US", "KY"),
        ("Tidewater Shipyards", "9 Dock Street", "23510", "Norfolk", "US", "VA"),
        ("Ironwood Foundry", "1501 Furnace Way", "35203", "Birmingham", "US", "AL"),
        ("Sierra Process Control", "48 Mill Road", "95814", "Sacramento", "US", "CA"),
        ("Great Plains Milling", "220 Grain Avenue", "67202", "Wichita", "US", "KS"),
        ("Copper Basin Mining", "1 Smelter Road", "85701", "Tucson", "US", "AZ"),
        ("Delta Chemical Supply", "75 River Road", "70112", "New Orleans", "US", "LA"),
        ("Evergreen Paper Mills", "404 Forest Drive", "98101", "Seattle", "US", "WA"),
        ("Liberty Pharma", "19 Market Street", "19104", "Philadelphia", "US", "PA"),
        ("Summit HVAC Systems", "5600 Peak Street", "80202", "Denver", "US", "CO"),
        ("Palmetto Textiles", "33 Loom Street", "29401", "Charleston", "US", "SC"),
        ("Northern Lights Gas", "700 Aurora Drive", "99501", "Anchorage", "US", "AK"),
        ("Badger Cheese Factory", "15 Curd Lane", "53703", "Madison", "US", "WI"),
        ("Hudson Valley Cement", "88 Quarry Road", "12601", "Poughkeepsie", "US", "NY"),
        ("Twin Rivers Hospital", "1200 Care Avenue", "15222", "Pittsburgh", "US", "PA"),
        ("Magnolia Foods", "62 Orchard Street", "39201", "Jackson", "US", "MS"),
        ("Silver Creek Aviation", "3 Hangar Road", "89501", "Reno", "US", "NV"),
        ("Buckeye Glassworks", "440 Furnace Street", "43604", "Toledo", "US", "OH"),
        ("Bayou Refining", "9100 Pipeline Road", "77002", "Houston", "US", "TX"),
        ("Prairie Wind Power", "275 Turbine Road", "50309", "Des Moines", "US", "IA"),
        ("Old Colony Cranberries", "8 Bog Road", "02360", "Plymouth", "US", "MA"),
        ("Chesapeake Marine", "54 Harbor View", "21401", "Annapolis", "US", "MD"),
        ("Mesa Verde Solar", "120 Sunrise St", "84101", "Salt Lake City", "US", "UT"),
        ("Keystone Steel Tubes", "930 Rolling Road", "18015", "Bethlehem", "US", "PA"),
        ("Golden Gate Biotech", "2 Helix Way", "94103", "San Francisco", "US", "CA"),
        ("Peachtree Packaging", "515 Carton Street", "30303", "Atlanta", "US", "GA"),
        ("Ozark Spring Water", "60 Spring Street", "72201", "Little Rock", "US", "AR"),
        ("Motor City Robotics", "1900 Assembly Line", "48226", "Detroit", "US", "MI"),
        ("Big Sky Lumber", "71 Sawmill Road", "59801", "Missoula", "US", "MT"),
        ("Sunshine Citrus", "18 Grove Avenue", "33801", "Lakeland", "US", "FL"),
        ("Pennine Controls", "7 Mill Lane", "LS1 4AP", "Leeds", "GB"),
        ("Thames Valley Labs", "22 Science Park", "RG6 1AX", "Reading", "GB"),
        ("Clyde Engineering", "140 Broomielaw", "G1 4QT", "Glasgow", "GB"),
        ("Brasserie des Alpes", "5 rue du Lac", "74000", "Annecy", "FR"),
        ("Papeteries du Rhône", "18 quai Perrache", "69002", "Lyon", "FR"),
        ("Verrerie de Lorraine", "44 rue des Forges", "57000", "Metz", "FR"),
        ("Laboratoires Garonne", "9 allée des Pins", "33000", "Bordeaux", "FR"),
        ("Isar Messtechnik", "Lindenstraße 12", "80469", "München", "DE"),
        ("Hansa Anlagenbau", "Am Sandtorkai 30", "20457", "Hamburg", "DE"),
        ("Ruhrtal Chemie", "Werksstraße 7", "45127", "Essen", "DE"),
    ),
    "ie": (
        ("Liffey Brewing", "14 Watling Street", "D08 K2X4", "Dublin", "IE"),
        ("Shannon Medical Devices", "3 Westpark", "V14 XH92", "Shannon", "IE"),
        ("Cork Harbour Pharma", "Ringaskiddy Road", "P43 X336", "Cork", "IE"),
        ("Galway Bay Seafoods", "2 The Docks", "H91 P2WV", "Galway", "IE"),
        ("Boyne Valley Dairies", "Mill Road", "A92 D8RX", "Drogheda", "IE"),
        ("Waterford Crystal Controls", "28 The Quay", "X91 W2E0", "Waterford", "IE"),
        ("Cidrerie de Bretagne", "11 rue du Port", "29200", "Brest", "FR"),
        ("Énergies du Littoral", "60 avenue de la Mer", "44000", "Nantes", "FR"),
        ("Fromagerie Comtoise", "6 Grande Rue", "25000", "Besançon", "FR"),
        ("Neckar Pumpen", "Talstraße 88", "70188", "Stuttgart", "DE"),
        ("Elbtal Papier", "Uferweg 4", "01099", "Dresden", "DE"),
        ("Spree Labortechnik", "Gartenstraße 21", "10115", "Berlin", "DE"),
        ("Atlantic Sensor Trading", "1 Pier Road", "02210", "Boston", "US", "MA"),
        ("Hampton Flow Systems", "90 Bridge Street", "23669", "Hampton", "US", "VA"),
    ),
}

# How many customers of each company behave in which way (see behaviour.py).
BEHAVIOURS = {
    "us": {
        "prompt": 31, "slow": 4, "very_late": 4, "part": 3, "stopped": 2,
        "disputing": 2,
    },
    "ie": {
        "prompt": 8, "slow": 2, "very_late": 1, "part": 1, "stopped": 1,
        "disputing": 1,
    },
}  # fmt: skip

INVOICE_COUNT = {"us": 1200, "ie": 300}
DRAFT_COUNT = {"us": 9, "ie": 3}
HOME = {"us": "US", "ie": "IE"}
CURRENCY = {"us": "USD", "ie": "EUR"}
EURO_COUNTRIES = ("FR", "DE", "IE")

# What leaves the bank every month: (day of the month, text, amount).
COSTS = {
    "us": (
        (1, "Rent, plant and office", 9_400.0),
        (15, "Supplier run", 98_170.0),
        (27, "Payroll", 52_600.0),
    ),
    "ie": (
        (1, "Rent, office", 2_100.0),
        (12, "Supplier run", 21_640.0),
        (26, "Payroll", 13_800.0),
    ),
}
DISPUTES = (
    "the quantity delivered is short of the quantity billed",
    "the price differs from the one on the order",
    "two housings arrived damaged",
)

# What the disputes are called in tickets, in the order of DISPUTES.
DISPUTE_TICKETS = (
    ("quantity", "Fewer pieces than billed"),
    ("price", "Price differs from the order"),
    ("quality", "Two housings damaged"),
)
# State, days until the deadline and priority of the tickets of disputed invoices.
DISPUTE_STATES = (
    ("waiting_department", -3, "1"),
    ("in_progress", 2, "0"),
    ("waiting_customer", 6, "0"),
    ("new", 5, "0"),
)

# What the department was asked, by the subject; with the outcome and what it said.
QUESTIONS = {
    "Fewer pieces than billed": ("How many pieces left the warehouse?",),
    "Half of the order is missing": ("Did both pallets go out, and on what day?",),
    "Do you accept direct debit?": ("Do we take direct debits from Ireland?",),
    "45 days were agreed": (
        "What does the contract say?",
        "right",
        "45 days since March. The order was entered with the old terms.",
    ),
}

# (reason, subject, what they say, about an "open" or "paid" invoice or "none",
#  days ago, days until the deadline, state, priority, share in dispute,
#  resolution, root cause)
TICKETS = {
    "us": (
        ("duplicate", "Billed twice?", "We think this is billed twice.",
         "open", 1, 4, "new", "0", 1.0, "", ""),
        ("not_delivered", "Half of the order is missing",
         "Only one of two pallets has arrived.",
         "open", 9, -1, "waiting_department", "2", 0.5, "", ""),
        ("purchase_order", "Purchase order number missing",
         "Please send it again with our order number.",
         "open", 3, 3, "in_progress", "0", 1.0, "", ""),
        ("terms", "45 days were agreed", "Our contract says 45 days, not 30.",
         "open", 5, 0, "in_progress", "1", 0.25, "", ""),
        ("paid", "Paid by cheque last week", "The cheque is number 2214.",
         "open", 2, 6, "waiting_customer", "0", 1.0, "", ""),
        ("tax", "We are exempt from sales tax", "The certificate is attached.",
         "paid", 40, -33, "closed", "0", 0.0, "credited", "master_data"),
        ("price", "Old price list used", "The discount of March is missing.",
         "paid", 62, -55, "closed", "0", 0.0, "credited", "price_list"),
        ("late", "Delivered two weeks late", "We ask for a discount.",
         "paid", 35, -28, "closed", "0", 0.0, "rejected", "carrier"),
        ("copy", "Copy of the invoice, please", "It was lost in our mail room.",
         "paid", 1, 1, "new", "0", 0.0, "", ""),
        ("statement", "Statement for the auditors", "As of the end of last year.",
         "none", 4, -1, "in_progress", "0", 0.0, "", ""),
        ("allocation", "Where did our payment go?",
         "We paid on the first, and got a reminder.",
         "paid", 12, -9, "resolved", "0", 0.0, "answered", "allocation"),
        ("credit_note", "Credit note for the return?",
         "The parts went back three weeks ago.",
         "none", 0, 2, "new", "1", 0.0, "", ""),
        ("question", "New address for invoices", "Please note it for the future.",
         "none", 20, -16, "closed", "0", 0.0, "answered", "customer"),
    ),
    "ie": (
        ("address", "Invoice is for our sister company",
         "Please bill the branch in Cork.",
         "open", 2, 3, "new", "0", 1.0, "", ""),
        ("quantity", "Two meters instead of three", "We have the delivery note.",
         "open", 8, -2, "in_progress", "1", 0.3, "", ""),
        ("quality", "Sensor fails at start-up", "It goes back today.",
         "paid", 50, -44, "closed", "0", 0.0, "credited", "product"),
        ("copy", "Invoice as PDF, please", "For our new portal.",
         "paid", 6, -4, "resolved", "0", 0.0, "answered", "unknown"),
        ("question", "Do you accept direct debit?", "We would like to change.",
         "none", 1, 2, "waiting_department", "0", 0.0, "", ""),
    ),
}  # fmt: skip
