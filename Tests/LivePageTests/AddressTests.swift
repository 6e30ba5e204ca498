import LivePage
import Testing

@Suite(.ownThread) struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1:8080", true), ("8080", "127.0.0.1:8080", true), ("localhost:0", "127.0.0.1:0", true),
    ("[::1]:8080", "[::1]:8080", true), ("[0:0::1]:65535", "[::1]:65535", true), ("127.9.8.7:1", "127.9.8.7:1", true),
    ("0.0.0.0:80", "0.0.0.0:80", false), ("[::]:80", "[::]:80", false), ("192.168.1.2:80", "192.168.1.2:80", false),
  ])
  func addressesAreRead(text: String, read: String, isLoopback: Bool) throws {
    let address = try PageAddress(text)
    #expect(address.description == read)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(arguments: [
    ("", "a port from 0 to 65535 at the end, found ''"), ("127.0.0.1", "found '127.0.0.1'"), ("1:", "found ''"),
    ("127.0.0.1:65536", "found '65536'"), ("127.0.0.1:-1", "found '-1'"), ("127.0.0.1:8o", "found '8o'"),
    (":8080", "localhost before the port, found ''"), ("127.0.0:80", "found '127.0.0'"),
    ("::1:8080", "found '::1'"), ("camera.example:80", "found 'camera.example'"), ("[127.0.0.1]:80", "[127.0.0.1]"),
    ("http://127.0.0.1:80", "found 'http://127.0.0.1'"), ("127.0.0.1:80/", "found '80/'"),
  ])
  func whatIsNoAddressIsSaid(text: String, saying: String) {
    let error = #expect(throws: LivePageError.self) { try PageAddress(text) }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("serving the page at '\(text)': expected ") && message.contains(saying), "\(message)")
    #expect(message.hasSuffix("-> write 127.0.0.1:8080, [::1]:8080, localhost:8080 or 8080"))
  }

  @Test func othersMustBeAllowed() throws {
    let address = try PageAddress("0.0.0.0:0")
    #expect(throws: LivePageError.others(address: "0.0.0.0:0", port: 0)) {
      try LivePage(address, title: "").start()
    }
    let message = LivePageError.others(address: "0.0.0.0:80", port: 80).description
    #expect(message.contains("other machines could see it") && message.contains("--serve-anywhere"))
    let page = LivePage(address, title: "", allowsOthers: true)
    let client = try Client(try page.start())
    client.request("/")
    #expect(try client.response().status == 200)
    page.stop()
  }

  @Test func aPortThatIsTakenIsSaid() throws {
    let first = try Served()
    let page = LivePage(try PageAddress("127.0.0.1:\(first.port)"), title: "")
    let error = #expect(throws: LivePageError.self) { try page.start() }
    #expect(
      error?.description
        == "serving the page at 127.0.0.1:\(first.port): Address already in use "
        + "-> give another port, or port 0 for one that is free")
  }

  @Test func anAddressOfAnotherMachineIsSaid() throws {
    // A block that no machine has (RFC 5737).
    let page = LivePage(try PageAddress("192.0.2.1:0"), title: "", allowsOthers: true)
    let error = #expect(throws: LivePageError.self) { try page.start() }
    #expect(error?.description.hasSuffix("-> give an address of this machine") == true)
  }
}
