import Configuration
import Testing

@Suite struct ValueRuleTests {
  /// Families that name the values of one key add to it, and take nothing of what others said.
  @Test func rulesOfOneKeyAreJoined() {
    let first = ValueRule(names: ["a", "b"], advice: "give a")
    let second = ValueRule(
      names: ["b", "c"], formerNames: ["z": ValueRule.FormerName(now: "c", since: 2020)], advice: "give c", example: "c"
    )
    let joint = first.joined(with: second)
    #expect(joint.names == ["a", "b", "c"] && joint.isNeeded)
    #expect(joint.advice == "give a" && joint.example == "c" && joint.formerNames["z"]?.now == "c")
    #expect(first.joined(with: ValueRule(example: "a")).names == ["a", "b"])
    #expect(ValueRule(advice: "give c").joined(with: first).names == ["a", "b"])
  }
}
