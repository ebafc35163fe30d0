// An echo server with a coroutine for each connection, and three clients that talk to it at the same time: Python's
// socketserver.ThreadingTCPServer, without a thread for each. Names and data may be in any language.
//   echo_server          starts server and clients, and ends
//   echo_server PORT     only serves, until it is stopped: try it with `nc 127.0.0.1 PORT`
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

const std::string goodbye = "本次数据发送完毕\n";

// Runs once for each connection, as if it were the only one. The connection closes when it returns.
void echo(weft::tcp_stream connection) {
  for (;;) {
    const std::string data = connection.read_some(4096);
    if (data.empty()) return;
    connection.write_all(data);
  }
}

// Returns what one client receives, line by line.
std::string talk(const weft::endpoint& server, const std::string& name) {
  auto connection = weft::tcp_stream::connect(server.host, server.port);
  std::string heard;
  for (const std::string& line : {name + ": hello\n", name + ": 你好\n", goodbye}) {
    connection.write_all(line);
    heard += "  " + connection.read_until("\n");
  }
  connection.shutdown();
  if (connection.read_all().empty()) heard += "  (closed by the server)\n";
  return heard;
}

void serve_three_clients() {
  weft::tcp_server server({"127.0.0.1", 0}, echo);
  const auto serving = weft::spawn("server", [&] { server.serve_forever(); });

  const std::vector<std::string> names{"client 1", "client 2", "客户端 3"};
  std::vector<weft::task<std::string>> clients;
  for (const std::string& name : names) {
    clients.push_back(weft::spawn(name, [&server, name] { return talk(server.local_endpoint(), name); }));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::printf("%s heard:\n%s", names[i].c_str(), clients[i].get().c_str());
  }

  server.shutdown(1s);
  serving.join();
  std::puts("server: stopped");
}

void serve_for_ever(std::uint16_t port) {
  weft::tcp_server server({"127.0.0.1", port}, echo);
  std::printf("listening on %s\n", to_string(server.local_endpoint()).c_str());
  std::fflush(stdout);
  server.serve_forever();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    weft::run([&] {
      if (argc > 1) {
        serve_for_ever(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)));
      } else {
        serve_three_clients();
      }
    });
  } catch (const std::exception& e) {
    std::fprintf(stderr, "echo_server: %s\n", e.what());
    return 1;
  }
}
