// The report's drawings, as inline SVG whose colours come from the page's style.
#pragma once
#include "publish/dossier/dossier.h"
#include "publish/report/calendar.h"
#include "publish/report/document.h"

namespace tocsin::publish {

// Incidents as bars over time, with what stood in the calendar then.
Figure timeline_drawing(const Dossier& dossier, const Calendar& calendar, const Texts& texts);
// Findings by slice of time and level, and how many accounts, hosts and addresses had been met by then.
Figure spread_drawing(const Dossier& dossier, const Calendar& calendar, const Texts& texts);
// A campaign's incidents in order of time, and what ties them.
Figure campaign_drawing(const Dossier& dossier, const casefile::Campaign& campaign, const Texts& texts);

// "I1", "I2" …: how incidents are named in the report, by time.
std::string incident_label(const Dossier& dossier, std::string_view id);

}  // namespace tocsin::publish
