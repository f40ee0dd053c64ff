// Lines of text that JSON records carry: what wrote the line counts, and not what shipped it.
#include <gtest/gtest.h>

#include "readers/json/json.h"
#include "tests/support/read_all.h"

namespace tocsin::tests {
namespace {

OwnedEvent one(std::string_view record) {
  const ReadResult result = read_whole(json::spec, record);
  EXPECT_TRUE(result.anomalies.empty());
  EXPECT_EQ(result.events.size(), 1U);
  return result.events.empty() ? OwnedEvent{} : result.events[0];
}

TEST(CarriedLines, OfAJournalHaveTheHeaderThatALogDaemonWouldGive) {
  const OwnedEvent event = one(
      R"({"__REALTIME_TIMESTAMP":"1614834367123456","_HOSTNAME":"gate","SYSLOG_IDENTIFIER":"sshd","_PID":"7",)"
      R"("MESSAGE":"Failed password for root from 192.0.2.1 port 22 ssh2"})");
  EXPECT_EQ(event.source, "journald");
  EXPECT_EQ(event.time.iso(), "2021-03-04T05:06:07.123456Z");
  EXPECT_EQ(event.get("hostname"), "gate");
  EXPECT_EQ(event.get("program"), "sshd");
  EXPECT_EQ(event.get("pid"), "7");
  EXPECT_EQ(event.get("message"), "Failed password for root from 192.0.2.1 port 22 ssh2");
}

TEST(CarriedLines, OfAProgramWhoseNameIsNoWordGetNoHeader) {
  const OwnedEvent event = one(
      R"({"__REALTIME_TIMESTAMP":"1614834367123456","_HOSTNAME":"gate","SYSLOG_IDENTIFIER":"sshd[1]: Failed x",)"
      R"("MESSAGE":"y"})");
  EXPECT_EQ(event.source, "journald");
  EXPECT_EQ(event.get("program"), "(absent)");
}

TEST(CarriedLines, OfShippersAlertsAndContainersAreReadAsInTheirFile) {
  const OwnedEvent shipped = one(
      R"({"@timestamp":"2021-08-04T01:02:09Z","agent":{"type":"filebeat"},"log":{"file":{"path":"/var/log/x"}},)"
      R"("message":"Aug  4 03:02:03 gate dovecot: imap-login: x"})");
  EXPECT_EQ(shipped.source, "syslog");
  EXPECT_EQ(shipped.get("program"), "dovecot");
  EXPECT_EQ(shipped.get("message"), "imap-login: x");  // the line's own, in front of the record's
  EXPECT_EQ(shipped.time.iso(), "2021-08-04T01:02:09Z");  // its zone is told, the line's is not
  const OwnedEvent old = one(
      R"({"@timestamp":"2022-01-02T01:02:09Z","agent":{"type":"filebeat"},"message":"Dec 24 03:02:03 gate x[1]: y"})");
  EXPECT_EQ(old.time.iso(), "2021-12-24T03:02:03Z");  // read long after it was written
  const OwnedEvent alert = one(
      R"({"timestamp":"2021-08-04T01:02:03.5+0000","rule":{"id":"1"},"agent":{"id":"1"},)"
      R"("full_log":"Aug  4 01:02:03 gate sshd[7]: x"})");
  EXPECT_EQ(alert.source, "syslog");
  EXPECT_EQ(alert.get("program"), "sshd");
  const OwnedEvent container = one(
      R"({"log":"192.0.2.1 - - [04/Aug/2021:01:02:03 +0000] \"GET /x HTTP/1.1\" 200 9\n","stream":"stdout",)"
      R"("time":"2021-08-04T01:02:03.5Z"})");
  EXPECT_EQ(container.source, "webserver");
  EXPECT_EQ(container.get("c-ip"), "192.0.2.1");
  const OwnedEvent within = one(
      R"({"log":"{\"loggerName\":\"org.keycloak.events\",\"n\":1}\n","stream":"stdout","time":"2021-08-04T01:02:03Z"})");
  EXPECT_EQ(within.get("loggerName"), "org.keycloak.events");
}

// Else whoever writes a message could write another program's line.
TEST(CarriedLines, OfAnApplicationsOwnMessagesAreNotBelieved) {
  const OwnedEvent event =
      one(R"({"level":"info","time":"2021-08-04T01:02:03Z","message":"Aug  4 01:02:03 gate sshd[7]: Failed x"})");
  EXPECT_EQ(event.source, "json");
  EXPECT_EQ(event.get("program"), "(absent)");
}

}  // namespace
}  // namespace tocsin::tests
