// Header fields: which of them a signature covers, and whether they agree with each other.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "leak/verdict.h"
#include "mailauth/dkim.h"

namespace tocsin::leak {

// Fields that a reader sees, or that decide what is seen, and that this signature does not cover: "Subject", or
// "From (1 of 2)" for one more instance than was signed, which programs may show instead of the signed one.
std::vector<std::string> uncovered_fields(const mailauth::Message& message, const mailauth::Signature& signature);

// Dates, hops and identifiers that don't fit each other. Anomalies are reported, never an author.
void check_fields(const mailauth::Message& message, const std::vector<Proof>& proofs, std::vector<Oddity>& out);

}  // namespace tocsin::leak
