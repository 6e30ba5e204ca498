import Files
import Testing

@Suite struct ProcessAgeTests {
  /// This process is younger than the machine's first one, and what is no process has no age.
  @Test func processesHaveAnAge() throws {
    let (own, first) = (try #require(processAge()), try #require(processAge("1")))
    #expect(own >= 0 && first >= own)
    #expect(processAge("none") == nil)
  }
}
