internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Names the keys that were set to another value than their default, that could change what the reference's test run
  /// or demo gives, and that nothing here reads: in one sentence, whole sections as one.
  ///
  /// Keys of training, of devices and of batches are not said: every published config has them, and who tests expects
  /// nothing of them.
  var idleKeysNotice: String? {
    let idle = given.keys.map { Schema[$0] }.filter(isIdle)
    if idle.isEmpty { return nil }
    var names: [String] = []
    for leaf in idle {
      let section = String(leaf.key.prefix { $0 != "." })
      let isSection =
        section != leaf.key && !Configuration.keysRead.contains { $0.hasPrefix(section + ".") }
      let name = isSection ? section + ".*" : "\(leaf.key) \(value(of: leaf).excerpt)"
      if !names.contains(name) { names.append(name) }
    }
    return idle.count == 1
      ? "\(cite(idle[0])) changes nothing: this program does not read the key"
      : "\(counted(idle.count, "key")) set that this program does not read, and that change nothing: "
        + listed(names, limit: 12)
  }

  private func isIdle(_ leaf: Leaf) -> Bool {
    guard leaf.use == .test || leaf.use == .display, value(of: leaf) != leaf.fallback else { return false }
    return rules?.shapesAnotherNetwork(leaf.key, self) ?? !leaf.isRead
  }
}
