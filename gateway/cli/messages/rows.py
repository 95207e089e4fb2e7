"""What is wrong in a batch file; the row and the field are said beside it."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # the list as a whole
    "list_format_unknown": N_(
        "The file must be CSV or XLSX, not “{suffix}”. Save it as one of these and import again."
    ),
    "same_rows_in_other_programme": N_(
        "The very same rows stand in batch {batch} of programme {programme}. Check which programme is meant."
    ),
    "empty_file": N_("The list has no rows. Check that the right file was chosen."),
    "header_missing": N_("Row 1 must hold the column headings."),
    "column_missing": N_("This column is missing. Add it with its heading in row 1."),
    "column_twice": N_("This column stands there twice. Remove one of them."),
    "unknown_column": N_("Column {column} is not known and was not read. Correct its heading if it is needed."),
    "sheet_extra": N_("The workbook has a further sheet with data, “{sheet}”. Leave only one sheet."),
    "old_font_converted": (
        N_("Converted from the old encoding {encoding}: {count} in {field}, such as {example}. Check before approval."),
        N_("Converted from the old encoding {encoding}: {count} in {field}. Check before approval."),
    ),
    "old_font_unclear": N_(
        "It is not clear which letters are meant: {candidates}. "
        "Type the text again in Unicode, or convert the whole list."
    ),
    "not_utf8": N_("There are letters that cannot be read. Save the file as “CSV UTF-8” and import again."),
    "quote_unbalanced": N_("A quotation mark is not closed. Correct this row."),
    "line_too_long": N_("A row is longer than {chars_max:,} characters. Check that this is a payment list."),
    "workbook_unreadable": N_(
        "The workbook is damaged or protected ({part}). Open it, save it as XLSX again and import."
    ),
    "workbook_too_large": N_("The workbook is too large. Split the list, or save it as CSV."),
    # the shape of a row
    "fields_missing": N_("The row has {got} cells, {expected} are expected. Complete it."),
    "fields_extra": N_("The row has {got} cells, only {expected} have a heading. Remove the surplus or add headings."),
    "line_break": N_("There is a line break in the cell. Write it in one line."),
    "cell_error": N_("The cell shows an error of the spreadsheet. Correct it."),
    "cell_boolean": N_("The cell is TRUE or FALSE. Write the value as text."),
    "number_imprecise": N_("The number is too long for a spreadsheet and has lost digits. Format the cell as text."),
    "number_for_text": N_(
        "The cell is a number and may have lost leading zeros. Format it as text and check the digits."
    ),
    # lists of people
    "heading_not_found": N_(
        "No line of headings was found in the first {lines} lines. Add one, or declare how its columns are called."
    ),
    "column_unnamed": N_("Column {column} has no heading but is filled. Write a heading above it, or empty it."),
    "sheet_hidden": N_(
        "The hidden sheet “{sheet}” was not read. Name it in the layout of the list if it belongs to it."
    ),
    "sheet_unknown": N_("There is no sheet “{sheet}” in the workbook. Correct the layout of the list."),
    "line_unclear": N_(
        "It is not clear what this line is: no row of a person, no section, no total. Complete or remove it."
    ),
    "row_hidden": N_("The row is hidden in the sheet. It was read; check that it belongs to the list."),
    "row_after_end": N_("There are rows below the signatures. They were read; check that they belong to the list."),
    "mark_unclear": N_("It is not clear which column is marked. Put one x into one of them."),
    "zeros_lost": N_(
        "A spreadsheet has removed leading zeros. Check the number that is suggested and enter it as text."
    ),
    "digits_lost": N_("A spreadsheet has lost digits of this number. Take it from its source and enter it as text."),
    "digits_changed": N_(
        "A spreadsheet has written the number with decimals or a power of ten. "
        "Check the number that is suggested and enter it as text."
    ),
    "number_became_date": N_(
        "A spreadsheet has made a date of this number. Take it from its source and enter it as text."
    ),
    "date_serial": N_(
        "A spreadsheet shows the number of a day for a date, or a date for a year. Check the date that is suggested."
    ),
    "date_swapped": N_("Day and month seem to be exchanged. Check the date that is suggested."),
    "date_unclear": N_("It is not clear which date is meant. Write it as DD/MM/YYYY."),
    "text_became_date": N_("A spreadsheet has made a date of this text. Check what is meant."),
    "total_differs": N_("This sum is none of the rows above it. Check that no row is missing, and none there twice."),
    "text_cut": N_("The text ends after exactly {chars} characters and may have been cut. Compare it with its source."),
    "amount_unclear": N_("It is not clear which amount is meant. Write whole đồng, such as 540.000."),
    "missing": N_("Missing; must be filled in."),
    # values
    "payment_ref_invalid": N_("At most 35 letters, digits and . / _ - are allowed; a letter or digit comes first."),
    "beneficiary_id_invalid": N_("The personal identification number has 12 digits; here it has {length} characters."),
    "beneficiary_id_place_unknown": N_(
        "The first three digits, {place}, are no place of registration. Check the personal identification number."
    ),
    "date_invalid": N_("Not a valid date. Write it as YYYY-MM-DD."),
    "birth_year_differs": N_(
        "The year of birth differs from the one in the personal identification number. Check both."
    ),
    "commune_code_invalid": N_("The commune code has 5 digits."),
    "month_invalid": N_("Not a month. Write it as YYYY-MM."),
    "arrears_in_future": N_("Arrears are for earlier months; this one lies after the period {period}."),
    "kind_unknown": N_("Unknown kind of payment. Allowed: {known}."),
    "amount_not_integer": N_("The amount must be a whole number of đồng, without dots, commas or signs."),
    "amount_over_limit": N_("The amount is above the partner's limit of {max:,} for one payment. Split or correct it."),
    "payee_basis_missing": N_("Somebody else receives the money: give the legal basis for it."),
    "forbidden_characters": N_("There are characters that cannot be paid with: {characters}. Type the text again."),
    "characters_not_accepted": N_("{partner} does not accept these characters: {characters}. Replace them."),
    "note_sensitive": N_("The note speaks of health or disability, which must not travel with a payment. Reword it."),
    "note_too_long": N_("The note has {length} characters, the partner takes {max}. Shorten it."),
    "name_too_long": N_(
        "The name has {length} characters, the partner takes {max}. Ask the bank how it writes the name."
    ),
    "bank_unknown": N_("Unknown bank or e-wallet. Use its short name or NAPAS BIN."),
    "account_invalid": N_("An account number has 1 to 19 letters and digits; here it has {length} characters."),
    "phone_invalid": N_("The account of an e-wallet is a mobile phone number of 10 digits, beginning with 0."),
    # rows beside each other and beside earlier batches
    "duplicate_payment_ref": N_("The same payment reference stands in row {other}. Each payment needs its own."),
    "duplicate_benefit": N_("The same person is paid for the same month in row {other}. Remove one of the two."),
    "already_imported": N_("This payment is already in batch {other}. Remove the row."),
    "predecessor_of_other_kind": N_("Only a carry-over names a payment that it pays again."),
    "predecessor_unknown": N_("This payer and programme have no payment {reference}."),
    "predecessor_differs": N_(
        "The payment named is of another person, month or amount. A carry-over pays it again whole."
    ),
    "duplicate_predecessor": N_("Row {other} pays the same payment again. Remove one of the two."),
    "conflict": N_("Batch {other} has this payment reference with other content. Correct the row or give a new one."),
    "entitled_amount_missing": N_(
        "This person has {other:,} for this month with the other lines. Say in entitled_amount what is due in all."
    ),
    "entitled_amount_exceeded": N_(
        "With the other lines this person would have {other:,} for this month, more than is due in all."
    ),
    "amount_over_entitled": N_("The amount is more than the entitled {entitled:,}."),
    "benefit_already_paid": N_("This person's benefit of this month is already in batch {other}. Remove the row."),
    # rates
    "rate_kind_unknown": N_("Unknown kind of rate. Allowed: {known}."),
    "rate_not_of_kind": N_("A rate of the kind {kind} has nothing in this column. Empty it, or correct the kind."),
    "group_invalid": N_("A group needs a name of at most 32 letters, digits, dots, _ and -."),
    "place_unknown": N_("No province (2 digits) and no commune (5 digits) has this code. Check the digits."),
    "age_invalid": N_("An age is a whole number of years."),
    "ages_reversed": N_("The age below which it holds must be higher than the age from which it holds."),
    "until_before_since": N_("The last month lies before the first one."),
    "coefficient_invalid": N_("A coefficient has at most two decimals, such as 1,5 or 1.50."),
    "base_not_in_hundreds": N_("A level is a multiple of 100 đồng, so that no coefficient needs rounding."),
    "confidence_unknown": N_("How sure the row is must be one of: {known}."),
    "nothing_to_take_back": N_("The value 0 takes a rate back, and there is none with this name. Compare it."),
    "rate_twice": N_("The same rate stands in row {other}. Remove one of the two."),
    # what a person is owed
    "level_unknown": N_("There is no level of the programme {programme} for {month}. Import the rate first."),
    "coefficient_unknown": N_(
        "The programme {programme} has no coefficient for this group, or none at this age, in {month}. Check the group,"
        " the date of birth and the rates."
    ),
    "birth_date_missing": N_("The amount depends on the age, and the date of birth is not known. Complete it."),
    "two_communes": N_(
        "Two communes have decided for this person in {month}. The higher amount is owed, once. Ask which one has"
        " stopped."
    ),
    "listed_elsewhere": N_(
        "For {month} {amount:,} were listed under {programme} already; they were counted. Settle it between the two"
        " programmes."
    ),
    "overpaid": N_(
        "For {month} {amount:,} more were listed than are owed. Nothing is set against other months: decide whether it"
        " is claimed back."
    ),
}
