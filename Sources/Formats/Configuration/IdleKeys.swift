internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Names the keys that were set to another value than their default, that could change what the reference's test run
  /// or demo gives, and that change nothing here: one sentence for those that nothing reads, and one for those of each
  /// other kind of network; whole sections as one.
  ///
  /// Keys of training, of devices and of batches are not said: every published config has them, and who tests expects
  /// nothing of them.
  var idleKeyNotices: [String] {
    let idle = OrderedDictionary(grouping: given.keys.map { Schema[$0] }.filter(couldAct), by: effect)
    return idle.filter { $0.key != .acts }.map { notice($0.key, $0.value) }
      .sorted { !$0.isOfOthers && $1.isOfOthers }.map(\.text)
  }

  private func notice(_ effect: KeyEffect, _ idle: [Leaf]) -> (text: String, isOfOthers: Bool) {
    var reading = "that this program does not read"
    var why = "this program does not read the key"
    if case .actsOn(let networks) = effect {
      reading = "that this program reads for \(series(networks, "and")) networks only"
      why = "this program reads the key for \(series(networks, "and")) networks only"
    }
    let isOfOthers = effect != .unread
    if idle.count == 1 { return ("\(cite(idle[0])) changes nothing: \(why)", isOfOthers) }
    var names: [String] = []
    for leaf in idle {
      let section = String(leaf.key.prefix { $0 != "." })
      let name =
        section != leaf.key && isIdle(section: section) ? section + ".*" : "\(leaf.key) \(value(of: leaf).excerpt)"
      if !names.contains(name) { names.append(name) }
    }
    return (
      "\(counted(idle.count, "key")) set \(reading), and that change nothing: \(listed(names, limit: 12))", isOfOthers
    )
  }

  /// Whether the key was set to something that would change a test run of the reference.
  func couldAct(_ leaf: Leaf) -> Bool {
    leaf.actsOnTests && value(of: leaf) != leaf.fallback
  }

  private func effect(_ leaf: Leaf) -> KeyEffect {
    rules?.effect(of: leaf.key, self) ?? (leaf.isRead ? .acts : .unread)
  }

  /// Whether none of a section's keys acts.
  private func isIdle(section: String) -> Bool {
    !Schema.leaves.values.contains { $0.key.hasPrefix(section + ".") && $0.isRead && effect($0) == .acts }
  }
}

extension Leaf {
  /// Whether a test run of the reference depends on it.
  var actsOnTests: Bool { use == .test || use == .display }
}
