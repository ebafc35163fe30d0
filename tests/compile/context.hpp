// What the snippets in weft's documents and headers assume: the reader's own declarations. Nothing of weft's.
#pragma once

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <ranges>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

// as_completed.hpp
struct page {};
extern std::vector<weft::task<page>> downloads;
void show(const page& p);
// co_task.hpp
extern int fd;
weft::co_task<int> parse(int fd);
// select.hpp
struct order {};
struct reply {};
extern weft::channel<order> orders;
extern weft::channel<reply> replies;
extern weft::task<> worker;
extern reply r;
// task_group.hpp, timeout.hpp
extern int first, second, connection;
void serve(int connection);
void talk(int connection);
// docs/debugging.md
#define TEST(suite, name) [[maybe_unused]] static void suite##_##name()
void shop();
