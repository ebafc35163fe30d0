// fork() in a process with live schedulers. The child has the forking thread only, and it leaves the scheduler behind:
// the parent's coroutines never run there and are never unwound, posts to its schedulers are refused, the pollers' file
// descriptors are closed, and a fresh weft::run works. The parent notices nothing.
#pragma once

namespace weft::core {

// From now on; called when the program is loaded, and by every scheduler. Once a process counts.
void look_after_forks() noexcept;

// `f` is called in every child from now on, after all of this. Once for each part of the runtime that wants to know.
void tell_in_child(void (*f)() noexcept) noexcept;

bool in_forked_child() noexcept;

// The coroutine body of a forked child has come to its end. The scheduler it would have to go back to is the parent's.
[[noreturn]] void end_forked_child() noexcept;

}  // namespace weft::core
