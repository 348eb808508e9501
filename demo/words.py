"""Small built-in word lists: every name here is invented or so common that it names nobody."""
# ruff: noqa: SIM905, E501 (word lists read best as text)

FIRST = """Ada Ben Cara Dan Ella Finn Gina Hugo Ines Jack Kira Liam Mona Noah Olga Paul Quinn Rosa Sam Tara Ugo Vera
Will Xena Yann Zoe Amir Bea Carl Dina Emil Faye Greg Hana Ivan Jane Karl Lena Marc Nina Omar Pia Ralf Sara Theo Uma
Vic Wanda Yuri Zara Arun Birgit Claire Diego Elif Farid Grace Henrik Isabel Jonas Keiko Lars Mei Nils Oscar Priya
Rania Stefan Tomas Usha Viktor Wendy Youssef Zhen""".split()
LAST = """Abbot Baker Castle Dahl Eriksen Fischer Garner Holt Ibsen Jensen Keller Lindqvist Moreau Novak Okafor Price
Quist Rossi Sato Thorne Ueda Vargas Weller Xu York Zeller Ansari Brandt Costa Dubois Ellis Ferrari Grant Haas Iyer Jones
Kowalski Lopez Meyer Nakamura Olsen Patel Ramos Schulz Tanaka Underwood Vogel Walsh Yilmaz Zhou Ashby Birch Carver
Dalton Easton Fenwick Gable Hawke Ives Jarvis Kemp Lane Marsh North Orchard Page Reed Stone Tate Vance Ward""".split()
TITLES: list[tuple[str, str, str]] = [
    # title, seniority and buying role as the title rules read it
    ("Chief Revenue Officer", "c_level", "decision_maker"),
    ("CMO", "c_level", "decision_maker"),
    ("CEO", "c_level", "decision_maker"),
    ("VP Sales", "vp", "decision_maker"),
    ("Vice President, Marketing", "vp", "decision_maker"),
    ("Director of Revenue Operations", "director", "decision_maker"),
    ("Head of Demand Generation", "director", "decision_maker"),
    ("Marketing Manager", "manager", "influencer"),
    ("Sales Operations Manager", "manager", "influencer"),
    ("Principal Consultant", "manager", "influencer"),
    ("Solutions Engineer", "individual", "influencer"),
    ("Data Architect", "individual", "influencer"),
    ("Business Analyst", "individual", "user"),
    ("Marketing Coordinator", "individual", "user"),
    ("CRM Specialist", "individual", "user"),
    ("Marketing Intern", "individual", "user"),
    ("Executive Assistant to the CEO", "individual", "user"),
]
TITLE_WEIGHTS = [2, 3, 3, 5, 5, 8, 7, 14, 10, 5, 8, 6, 10, 6, 5, 2, 1]
COMPANY_A = """North West Bright Silver Iron Cedar Granite Harbor River Summit Prairie Copper Maple Falcon Anchor Beacon
Canyon Delta Ember Fjord Glacier Hazel Indigo Juniper Kestrel Lumen Meridian Nimbus Onyx Pioneer Quartz Raven Sable
Timber Umber Velvet Willow Yonder Zephyr Alder Basalt Cobalt Dune Echo Flint Garnet Helix Island Jasper Keystone""".split()
COMPANY_B = """Wind Stone Field Bridge Gate Port Wood Crest Ridge Brook Haven Point Light Forge Works Mill Grove Shore
Peak Vale Hill Lake Creek Cliff Yard Dock Tower Spring Meadow Marsh Moor Reach Strand Thorpe Wick Water Mark Path
Lane Cross Cove Bay Glen Heath Hollow Knoll Leaf Loft Nest Pass""".split()
COMPANY_C = """Logistics Systems Software Health Analytics Retail Robotics Energy Foods Finance Media Textiles Mobility
Networks Materials Pharma Insurance Freight Optics Labs Dynamics Partners Instruments Aerospace Packaging Marine
Motors Chemicals Metals Paper Seeds Toys Tools Travel Wines Games Studios Capital Devices Farms""".split()
FREE_MAIL = ["gmail.com", "outlook.com", "yahoo.com", "gmx.de", "hotmail.co.uk", "icloud.com"]
# Real companies on public free-mail lists, by name in the trap list: their mail is company mail.
LOOK_ALIKES: list[tuple[str, str]] = [
    ("Olive Garden", "olivegarden.com"),
    ("Deliveroo", "deliveroo.com"),
    ("BT Group", "bt.com"),
    ("Comcast", "comcast.com"),
    ("Discovery", "discovery.com"),
    ("Parrot", "parrot.com"),
]
DIRTY_NAMES = [
    "<script>alert(1)</script>",
    '=HYPERLINK("https://invoice-northfield.com";"Open")',
    "<!channel>",
    "Robert'); DROP TABLE leads;--",
    'Quoted "Nick"\nSecond line',
    "Zoë Müller-Þórsson 李",
    "A; B, C",
    "=1+1",
    "@here",
]
