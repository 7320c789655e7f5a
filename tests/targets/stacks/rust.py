# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Lets an extension module written in Rust (of python3-cryptography) copy a certificate with a very long extension."""
import datetime

from cryptography import x509
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

key = ec.generate_private_key(ec.SECP256R1(), default_backend())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "memray")])
day = datetime.datetime(2020, 1, 1)
extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(3000000))
made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(day).not_valid_after(day).add_extension(extension, False).sign(key, hashes.SHA256()))
text = made.public_bytes(Encoding.PEM)
size = len(made.public_bytes(Encoding.DER))
read = x509.load_pem_x509_certificate(text)  # @read
print(size)
