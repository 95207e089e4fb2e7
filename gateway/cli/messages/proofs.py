"""What is wrong with a key of ours, or with the proof of a received file."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # passphrases and key files
    "wrong_passphrase": N_("Key {key} does not open with this passphrase. Try again."),
    "no_passphrase": N_(
        "The passphrase of {key} is needed and nobody can be asked. Give --passphrase-file, or name its source in"
        " chitra.toml under keys."
    ),
    "no_credentials_directory": N_("The passphrase of {key} is a systemd credential, but systemd did not start this."),
    "passphrase_length": N_("A passphrase has {bytes_min} to {bytes_max} bytes. Choose another one."),
    "descriptor_unreadable": N_(
        "File descriptor {number} gives no passphrase. Let it be open when the command starts."
    ),
    "key_missing": N_("There is no key {key}. chitra key list shows all; chitra key generate makes one."),
    "key_unknown": N_("There is no key {key}. chitra key list shows all."),
    "key_has_no_public_half": N_("Key {key} has no public half to be shown. Choose another key."),
    "key_exists": N_("{key} exists already and is never overwritten. Choose another name."),
    "key_waits": N_(
        "Key {key} waits already to succeed {line}. Activate it, or destroy it, before another one is made."
    ),
    "key_retired": N_(
        "Key {key} is retired and is used for nothing any more. Activate its successor: chitra key rotate."
    ),
    "key_destroyed": N_("Key {key} is destroyed. chitra key rotate makes a new one."),
    "key_in_use": N_("Key {key} is used towards {partners}. Activate its successor there, or retire it, first."),
    "key_reads_files": N_(
        "Stored file {file} can only be read with key {key}, so the key stays. chitra key retire ends its use for what"
        " is sent."
    ),
    "key_without_successors": N_(
        "Key {key} ({purpose}) is known to no partner, so nothing succeeds it. Choose a signing key, an OpenPGP key or"
        " an SSH identity."
    ),
    "rewrap_goes_on": N_(
        "Another process has sealed something by the older generation meanwhile. Restart the daemons, and run it again."
    ),
    "key_line_unused": N_(
        "No such partner is configured for key {key} or the ones before it. Name {line} as signing_key, openpgp_key or"
        " identity in chitra.toml."
    ),
    "key_name": N_("A key's name has only these characters: {allowed}."),
    "key_file_format": N_("The key file cannot be read. Bring it back from the backup."),
    "key_not_sealed": N_("Key {key} has no passphrase. Make a new one with chitra key generate."),
    "key_not_ed25519": N_("Key {key} is not of type ed25519. Make a new one with chitra key generate."),
    "key_of_another_purpose": N_("Key {key} is made for {got}, not for {expected}. Choose the right key."),
    "unsafe_file": N_("{file} was not read: {why}. Set its mode to 600 (folders 700) and find out how it came about."),
    "public_key_unreadable": N_("This public key cannot be read. Ask its owner to send it again."),
    "public_key_unfit": N_(
        "A person's key is Ed25519, or RSA of at least {min} bits in a token. Ask its owner for another one."
    ),
    # keys of partners that two people import
    "fingerprint_unreadable": N_(
        "A fingerprint has 64 hex digits (OpenPGP: 40), or SHA256: and 43 signs. Type it from the paper."
    ),
    "fingerprint_missing": N_(
        "{decision} wants the fingerprint from you, too: --fingerprint, typed from the partner's paper."
    ),
    "fingerprint_differs": (
        N_("The fingerprint is not that of {file}. Nothing was proposed; compare file and paper once more."),
        N_("The fingerprint is not the one of {decision}. Nothing was done; compare with the paper once more."),
    ),
    "pin_known": N_("Key {key_id} of {partner} is known already, or was retired for good. Ask for its next one."),
    "pin_slots_full": N_("{partner} has two keys in use ({known}). Retire the older one first: chitra key retire."),
    "pin_unknown": N_("{partner} has no key {key_id} that is believed. chitra key list shows all."),
    "certificate_retired": N_("Certificate {key_id} is believed no longer. The file is set aside; ask the partner."),
    "key_unreadable": N_("The {purpose} key cannot be read here. Ask for it again."),
    # keys in a token
    "key_without_token": N_("Key {key} lies in no token. Name module and token in chitra.toml under keys first."),
    "token_support_missing": N_("Keys in tokens need the extra pkcs11: pip install --require-hashes -r pkcs11.lock."),
    "token_module_unusable": N_("The PKCS#11 library {module} is not there or cannot be loaded. Correct chitra.toml."),
    "token_missing": N_("Token {token} is not there. Put it in, or correct chitra.toml."),
    "token_not_unique": N_("There is more than one token {token}. Name its serial number in chitra.toml."),
    "token_key_missing": N_("The token holds no private RSA key labelled {key}. Choose the right token or label."),
    "token_key_not_unique": N_("The token holds several keys labelled {key}. Rename one with the token's own tool."),
    "token_key_extractable": N_("Key {key} could be taken out of the token. Make a new one: chitra key generate."),
    "token_mechanism_missing": N_("Token {token} cannot sign with RSA and SHA-256 (PKCS #1 v1.5). Use another one."),
    "token_pin_wrong": N_(
        "Token {token} refused the PIN. It is not tried again by itself, since the token locks itself after a few."
    ),
    "token_pin_refused_before": N_(
        "Token {token} was given a wrong PIN before and is left alone. Correct the PIN, then let a person open it once:"
        ' passphrase = "prompt" and chitra doctor.'
    ),
    "token_pin_last_try": N_("Token {token} has one try of its PIN left; it is not used up here. Use its own tool."),
    "token_pin_locked": N_("The PIN of token {token} is locked. Its security officer unlocks it with its own tool."),
    "token_pin_expired": N_("The PIN of token {token} has expired. Set a new one with its own tool."),
    "token_pin_not_set": N_("Token {token} has no PIN yet. Set one with its own tool."),
    "token_session_lost": N_("The session with token {token} was lost. The next file opens another one."),
    "token_signature_wrong": N_("The token signed with another key than {key}. Nothing was used; tell the auditor."),
    "token_failed": N_("Token {token} failed ({error}). Look at the token and its library."),
    "pin_not_ascii": N_("A PIN has plain letters, digits and signs only."),
    # certificates of ours and of partners
    "certificate_not_alone": N_(
        "One certificate is needed, not {found}. Give a file with the signing certificate alone."
    ),
    "certificate_wrong_purpose": N_("Certificate {key_id} is not made for signing. Ask for the signing certificate."),
    "common_name_length": N_("The name in a certificate has 1 to {chars_max} characters."),
    "certificate_unreadable": N_("A certificate cannot be read. Get it again in PEM form."),
    "certificate_key_not_rsa": N_("Certificate {key_id} is not of type RSA. Ask the partner for an RSA certificate."),
    "certificate_key_too_short": N_(
        "The key of certificate {key_id} is shorter than {bits_min} bits. Ask for a new one."
    ),
    "certificate_of_another_key": N_("The certificate beside key {key} is of another key. Bring back the right one."),
    "certificate_swapped": N_(
        "The certificate of key {key} was exchanged. Tell the auditor before anything is signed."
    ),
    "certificate_not_yet_valid": N_("Certificate {key_id} is not valid yet. Check the time, or wait."),
    "certificate_expired": (
        N_(
            "Certificate {key_id} of {partner} has expired. Import the next one if none is (chitra key import), then:"
            " chitra key retire {key_id} --partner {partner}"
        ),
        N_("Certificate {key_id} has expired. Exchange it with the partner."),
    ),
    "certificate_revoked": (
        N_(
            "Certificate {key_id} of {partner} was revoked by it. Import the next one if none is (chitra key import),"
            " then: chitra key retire {key_id} --partner {partner}"
        ),
        N_("Certificate {key_id} was revoked by its owner. Exchange it with the partner."),
    ),
    "certificate_ends_soon": N_("A certificate ends in {days} days. Exchange it with the partner in time."),
    "no_trusted_certificate": N_(
        "No certificate of the partner is named. Enter it in chitra.toml under trusted, or chitra key import."
    ),
    # OpenPGP
    "openpgp_not_installed": N_(
        "OpenPGP is declared for a partner, but its library is not installed. Install openpgp.lock as well."
    ),
    "openpgp_not_declared": N_(
        "OpenPGP is declared for a partner, but no certificate of it. Enter it in chitra.toml under openpgp_trusted."
    ),
    "openpgp_certificate_unreadable": N_(
        "An OpenPGP certificate cannot be read. A file holds one, in ASCII armour; get it again."
    ),
    "openpgp_certificate_secret": N_(
        "The file of OpenPGP certificate {key_id} holds its private key as well. Tell its owner, who must replace it."
    ),
    "openpgp_not_sealed": N_(
        "Nothing can be encrypted to OpenPGP certificate {key_id}, or our own key cannot sign now. Ask the partner for"
        " a certificate with a key to encrypt to."
    ),
    "reader_not_valid": N_(
        "The partner's OpenPGP certificate {key} cannot be used ({reason}), so nothing is encrypted to it. Exchange it"
        " with the partner and pin the new one."
    ),
    "openpgp_unfinished": N_(
        "An OpenPGP file took more memory or time than is allowed, or broke its reader. It is set aside; ask the"
        " partner."
    ),
    "not_openpgp": N_(
        "The file is no whole OpenPGP message. It is set aside; ask the partner to encrypt and sign it again."
    ),
    "not_decryptable": N_(
        "The file is encrypted to us and does not open: it was changed, or its cipher is too weak. It is set aside."
    ),
    "encrypted_to_another": N_("The file is encrypted, but not to our key. It is set aside; send the partner our key."),
    "compressed_inside": N_(
        "The file was compressed before it was encrypted. It is set aside; ask the partner to switch compression off."
    ),
    # personal data at rest
    "envelope_broken": N_("Stored personal data was changed and does not open. Stop all work and tell the auditor."),
    "envelope_of_another_vault": N_("Stored personal data belongs to another home ({key_id}). Use the right keyring."),
    # a received file that is refused before its signature
    "not_xml": N_("The file is no XML. It is set aside; ask the partner to send it again."),
    "doctype_forbidden": N_("The file carries a DOCTYPE and was set aside. Tell the partner."),
    "text_split": N_("A comment splits a value of the file; it may deceive and was set aside. Tell the partner."),
    "instruction_outside": N_(
        "A processing instruction stands before or after the message: programs differ on whether it is signed. The file"
        " is set aside; ask the partner to leave it out."
    ),
    "xml_limit": N_(
        "The file nests too deep, or one tag, text or number of names in it is too large. It is set aside; ask the"
        " partner."
    ),
    "declaration_forbidden": N_(
        "The file is XML {version} in {encoding}. A large signed file must be XML 1.0 in UTF-8, ISO-8859-1, US-ASCII or"
        " UTF-16 with its mark. It is set aside; tell the partner."
    ),
    "namespace_forbidden": N_("The file has a namespace that is no plain, whole address. It is set aside."),
    "xml_attribute_forbidden": N_("The file uses {attribute}, which programs read differently. It is set aside."),
    # who signed
    "certificate_missing": N_("The signature names no certificate. The file is set aside; tell the partner."),
    "certificate_not_unique": N_("The signature names {found} certificates, not one. The file is set aside."),
    "certificate_not_pinned": N_(
        "The file is signed with a certificate that was not agreed. It is set aside; call the partner by telephone."
    ),
    "own_message_reflected": N_("This is a message of our own that came back. It is set aside; call the partner."),
    # the signature
    "signature_missing": N_("The file is not signed. It is set aside; ask the partner to sign it."),
    "signature_not_unique": N_("The file has {found} signatures, not one. It is set aside; tell the partner."),
    "signature_misplaced": N_("The signature stands in the wrong place ({place}). The file is set aside."),
    "signature_not_last": N_("Something stands behind the signature in {place}. The file is set aside."),
    "signature_with_comment": N_("There is a comment inside the signature. The file is set aside; tell the partner."),
    "signature_form": (
        N_("The signature is not of the agreed form ({element}). The file is set aside; tell the partner."),
        N_("The signature is not of the agreed form. The file is set aside; tell the partner."),
    ),
    "signature_too_large": N_("The signature has more than {size_bytes_max:,} bytes. It is set aside with its file."),
    "signature_mismatch": N_("The signature does not match: the file was changed or signed with another key."),
    "digest_mismatch": N_(
        "The content is not what was signed: the file was changed. It is set aside; call the partner."
    ),
    "reference_not_unique": N_("The signature covers several parts. The file is set aside; tell the partner."),
    "reference_not_whole_document": N_(
        "The signature does not cover the whole file. It is set aside; tell the partner."
    ),
    "reference_of_another_file": N_(
        "The signature beside the file is made for another file name. Both are set aside; tell the partner."
    ),
    "reference_name": N_("A file that is signed beside has a name of only these characters: {allowed}."),
    "canonicalization_forbidden": N_("The signature uses a canonical form that was not agreed. The file is set aside."),
    "signature_algorithm_forbidden": N_("The signature uses an algorithm that was not agreed. The file is set aside."),
    "digest_algorithm_forbidden": N_("The signature uses a hash that was not agreed. The file is set aside."),
    "transform_forbidden": N_("The signature transforms the content in a way not agreed. The file is set aside."),
    "value_size": N_("{element} of the signature does not have {size_bytes} bytes. The file is set aside."),
    "value_not_base64": N_("{element} of the signature cannot be read. The file is set aside; tell the partner."),
    "not_der": N_(
        "The signature beside the file is not in DER, or something stands behind it. Both are set aside; ask the"
        " partner for a CMS signature in DER that is not written as a stream."
    ),
    "content_inside": N_(
        "The signature beside the file has content of its own. Both are set aside; ask the partner for a detached one."
    ),
    "attributes_missing": N_(
        "The signature lacks signed attributes: content type, digest and time. The file is set aside; tell the partner."
    ),
    "attribute_forbidden": N_(
        "The signature has a signed attribute that was not agreed, or one twice. The file is set aside; tell the"
        " partner."
    ),
    "file_too_short": N_("The file is cut off. It is not used."),
    # the bundle that proves one payment
    "bundle_form": N_("This is no proof of a payment, or its form was changed. Ask for it again."),
    "bundle_content": N_(
        "The proof does not fit: the person and account in it are not those that were approved. Do not believe it."
    ),
    "bundle_line": N_("The proof does not fit: the payment is not in what was approved. Do not believe it."),
    "bundle_approval": N_(
        "The proof does not fit: the signature of {operator} is not over this batch. Do not believe it."
    ),
    "bundle_approvals": N_(
        "The proof does not fit: {found} people approved, none of whom may be the maker, and {required} must."
        " Do not believe it."
    ),
    "bundle_people": N_(
        "The proof does not fit: no two root admins, or admins whom they made, gave {operator} this key and role."
        " Do not believe it."
    ),
    "bundle_payment": N_("The proof does not fit: {field} is not what was approved. Do not believe it."),
    "bundle_file_line": N_("The proof does not fit: the payment's line is not in file {file}. Do not believe it."),
    "bundle_signature": N_("The proof does not fit: the signature of file {file} is not genuine. Do not believe it."),
    "bundle_answer": N_(
        "The proof does not fit: answer {file} of the partner does not say this, or was changed. Do not believe it."
    ),
    "bundle_booking": N_(
        "The proof does not fit: the entry in {file} does not name this payment and amount. Do not believe it."
    ),
    "bundle_state": N_("The proof does not fit: nothing in it shows that the payment is {state}. Do not believe it."),
    "bundle_anchor": N_(
        "The proof does not fit: the link of the record of acts in it was not signed by who signed the proof."
        " Do not believe it."
    ),
    "bundle_seal": N_(
        "The proof does not fit: each part does, but something beside them was changed after the whole was signed."
        " Do not believe it."
    ),
}
