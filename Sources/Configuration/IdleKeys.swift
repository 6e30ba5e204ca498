internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Names the given keys that change nothing in this program: in one sentence, whole sections as one. Keys that only
  /// training reads are counted alone: every config has them, and who tests expects nothing of them.
  var idleKeysNotice: String? {
    let idle = given.keys.filter { !leaf($0).use.hasEffect }
    let others = idle.filter { leaf($0).use != .training }
    let trained = idle.count - others.count
    if idle.isEmpty { return nil }
    let training = "\(counted(trained, "key")) of training given without effect: nothing is trained here"
    if others.isEmpty { return training }
    var names: [String] = []
    for key in others {
      let section = String(key.prefix { $0 != "." })
      let isWhole = given.keys.allSatisfy { !$0.hasPrefix(section + ".") || !leaf($0).use.hasEffect }
      let name = isWhole && section != key ? section + ".*" : key
      if !names.contains(name) { names.append(name) }
    }
    let sentence =
      "\(counted(others.count, "key")) given without effect here, where key frames and clips are computed one at a "
      + "time whatever the batch: \(listed(names, limit: 24))"
    return trained == 0 ? sentence : sentence + "; \(training)"
  }
}
