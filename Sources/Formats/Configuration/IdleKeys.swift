internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Names the keys that were set to another value than their default, that could change what the reference's test run
  /// or demo gives, and that nothing here reads: in one sentence, whole sections as one.
  ///
  /// Keys of training, of devices and of batches are not said: every published config has them, and who tests expects
  /// nothing of them.
  var idleKeysNotice: String? {
    let idle = given.keys.filter(isIdle)
    if idle.isEmpty { return nil }
    var names: [String] = []
    for key in idle {
      let section = String(key.prefix { $0 != "." })
      let isSection = section != key && !Schema.read.contains { $0.hasPrefix(section + ".") }
      let name = isSection ? section + ".*" : "\(key) \(value(key).excerpt)"
      if !names.contains(name) { names.append(name) }
    }
    return idle.count == 1
      ? "\(cite(idle[0])) changes nothing: this program does not read the key"
      : "\(counted(idle.count, "key")) set that this program does not read, and that change nothing: "
        + listed(names, limit: 12)
  }

  private func isIdle(_ key: String) -> Bool {
    let leaf = leaf(key)
    guard leaf.use == .test || leaf.use == .display, value(key) != leaf.fallback else { return false }
    return rules?.shapesAnotherNetwork(key, self) ?? !Schema.read.contains(key)
  }
}
