import Overlay
import Testing

private let choice = ClassChoice([
  (4, "dance"), (12, "stand"), (36, "lift (a person)"), (37, "lift (an object)"),
  (79, "talk to (e.g., self, a person)"),
])

private func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

@Suite struct ClassChoiceTests {
  @Test func classesAreNamedByNamePartOfItOrID() throws {
    #expect(try choice.names(in: "Stand, 4", "--classes") == ["stand", "dance"])
    // Commas in brackets belong to the name, and a part of a name may be several classes'.
    #expect(try choice.names(in: "talk to (e.g., self, a person)", "--classes") == ["talk to (e.g., self, a person)"])
    #expect(try choice.names(in: "lift,talk to", "--classes").count == 3)
    #expect(try choice.names(in: "# people\nstand\r\n\n  dance  \n", "--classes") == ["stand", "dance"])
  }

  @Test func thresholdsAreRead() throws {
    #expect(try choice.thresholds(in: "stand=0.6, 4 = .25", "--thresholds") == ["stand": 0.6, "dance": 0.25])
    #expect(try choice.thresholds(in: "lift=1e-1", "--thresholds").count == 2)
  }

  @Test func whatIsWrongIsSaid() {
    #expect(
      text { _ = try choice.names(in: "dnace", "--classes") }
        == "--classes: no class is called 'dnace' -> did you mean 'dance'?")
    #expect(text { _ = try choice.names(in: "81", "--classes") }.contains("the classes are 4 dance, 12 stand"))
    #expect(text { _ = try choice.names(in: " ,", "--classes") }.contains("no class is named"))
    #expect(
      text { _ = try choice.thresholds(in: "stand", "--thresholds") }
        == "--thresholds: expected a class, '=' and a score, found 'stand' -> write 'stand=0.6,walk=0.4'")
    #expect(text { _ = try choice.thresholds(in: "stand=high", "--thresholds") }.contains("found 'stand=high'"))
    #expect(text { _ = try choice.thresholds(in: "stand=nan", "--thresholds") }.contains("found 'stand=nan'"))
    for score in ["7", "-0.1", "1.01"] {
      #expect(
        text { _ = try choice.thresholds(in: "stand=\(score)", "--thresholds") }
          == "--thresholds: expected a score from 0 to 1, found 'stand=\(score)' -> percent are divided by 100")
    }
    #expect(text { _ = try choice.thresholds(in: "stand=1,12=0.5", "--thresholds") }.contains("two thresholds"))
  }
}
