// Reads Windows event logs (.evtx): 64 KiB chunks of binary XML.
//
// Templates are compiled once a thread and each record only fills them (template.h, cache.h, evaluate.h). Damaged
// chunks are ordinary in incident work: the reader reports them, finds the next record or chunk and carries on
// (cut.h, chunk.h).
#pragma once
#include "readers/reader.h"

namespace tocsin::evtx {
extern const ReaderSpec spec;
}
