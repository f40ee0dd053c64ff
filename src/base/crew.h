// A crew of threads for work with a serial beginning and end:
//
//   take   one thread at a time, in order   (read and hash the evidence, cut a block)
//   work   any thread, any order            (decode, match)
//   give   one thread at a time, in the order of take   (write to the case)
//
// No thread is bound to a station: whoever is free does what is most useful, so two threads share the load evenly
// whatever the mix, and one thread simply does all three in turn. The tasks are slots of a ring, reused, which
// bounds the memory in flight; the order of give makes the outcome independent of timing.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace tocsin {

// take(Task&) -> bool (false: there is no more), work(Task&, unsigned thread), give(Task&).
// None of them may throw. `slots` should hold a few more tasks than there are threads.
template <class Task, class Take, class Work, class Give>
void run_crew(unsigned threads, std::vector<Task>& slots, Take take, Work work, Give give) {
  if (threads <= 1) {
    while (take(slots[0])) {
      work(slots[0], 0);
      give(slots[0]);
    }
    return;
  }

  std::mutex mutex;
  std::condition_variable changed;
  // given <= started <= taken <= given + slots.size()
  std::uint64_t taken = 0, started = 0, given = 0;
  bool taking = false, giving = false, ended = false;
  std::vector<char> done(slots.size(), 0);

  const auto station = [&](unsigned thread) {
    std::unique_lock lock(mutex);
    for (;;) {
      const std::size_t oldest = given % slots.size();
      const bool room = taken - given < slots.size();
      const bool hungry = taken - started < threads;  // reading ahead keeps the others from waiting
      if (!giving && given < started && done[oldest]) {
        giving = true;
        lock.unlock();
        give(slots[oldest]);
        lock.lock();
        done[oldest] = 0;
        ++given;
        giving = false;
      } else if (!ended && !taking && room && (hungry || started == taken)) {
        taking = true;
        Task& task = slots[taken % slots.size()];
        lock.unlock();
        const bool more = take(task);
        lock.lock();
        taking = false;
        more ? static_cast<void>(++taken) : static_cast<void>(ended = true);
      } else if (started < taken) {
        const std::size_t mine = started++ % slots.size();
        lock.unlock();
        work(slots[mine], thread);
        lock.lock();
        done[mine] = 1;
      } else if (ended && given == taken) {
        return;
      } else {
        changed.wait(lock);
        continue;
      }
      changed.notify_all();
    }
  };

  std::vector<std::jthread> crew;
  for (unsigned i = 1; i < threads; ++i) crew.emplace_back(station, i);
  station(0);
}

}  // namespace tocsin
