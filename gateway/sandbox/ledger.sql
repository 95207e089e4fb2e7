CREATE TABLE day (open_day TEXT NOT NULL);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL UNIQUE,
    message_name TEXT NOT NULL,
    message_id TEXT NOT NULL,
    received TEXT NOT NULL,
    count INTEGER,
    total INTEGER,
    reason TEXT,
    explanation TEXT
);

CREATE TABLE accounts (
    number TEXT PRIMARY KEY,
    scheme TEXT,
    owner TEXT NOT NULL,
    opened_on TEXT NOT NULL
);

CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders,
    payment_information_id TEXT NOT NULL,
    instruction_id TEXT,
    end_to_end_id TEXT NOT NULL,
    uetr TEXT,
    amount INTEGER NOT NULL,
    debtor_account TEXT NOT NULL REFERENCES accounts,
    creditor TEXT NOT NULL,
    account TEXT NOT NULL,
    scheme TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    after_days INTEGER NOT NULL,
    charges INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'booked', 'done', 'rejected', 'silent')),
    due TEXT NOT NULL
);
CREATE INDEX transfers_due ON transfers (state, due);
CREATE INDEX transfers_order ON transfers (order_id);

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    transfer_id INTEGER NOT NULL REFERENCES transfers,
    kind TEXT NOT NULL CHECK (kind IN ('settled', 'returned', 'reversed')),
    account TEXT NOT NULL REFERENCES accounts,
    amount INTEGER NOT NULL,
    booked_on TEXT NOT NULL,
    reference TEXT AS ('FT' || substr(replace(booked_on, '-', ''), 3) || printf('%09d', id)),
    UNIQUE (transfer_id, kind)
);
CREATE INDEX entries_day ON entries (account, booked_on);

CREATE TABLE statements (
    account TEXT NOT NULL REFERENCES accounts,
    sequence INTEGER NOT NULL,
    day TEXT NOT NULL,
    opening INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    PRIMARY KEY (account, sequence),
    UNIQUE (account, day)
);

CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    message TEXT NOT NULL,
    created TEXT NOT NULL,
    order_id INTEGER REFERENCES orders,
    account TEXT REFERENCES accounts,
    day TEXT,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    page INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    opening INTEGER,
    published TEXT
);
