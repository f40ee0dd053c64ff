// The sample of the EVTX reader, and its records one by one.
#pragma once
#include <cstdint>
#include <string>

#include "tests/support/evtx_writer.h"

namespace tocsin::tests {

std::string sample_evtx(std::size_t size);
// The n-th record of a made-up log: process starts, log-ons, service events, firewall settings and others in turn, their
// content depending on n alone.
evtx_writer::Record sample_record(std::uint64_t n);

}  // namespace tocsin::tests
