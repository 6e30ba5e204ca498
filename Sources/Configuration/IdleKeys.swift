internal import OrderedCollections
internal import Wording

extension Configuration {
  /// Names the given keys that change nothing in this program: in one sentence, whole sections as one.
  var idleKeysNotice: String? {
    let idle = given.filter { !leaf($0.key).use.hasEffect }.map(\.key)
    if idle.isEmpty { return nil }
    var names: [String] = []
    for key in idle {
      let section = String(key.prefix { $0 != "." })
      let isWhole = given.keys.allSatisfy { !$0.hasPrefix(section + ".") || !leaf($0).use.hasEffect }
      let name = isWhole && section != key ? section + ".*" : key
      if !names.contains(name) { names.append(name) }
    }
    return "\(counted(idle.count, "key")) given without effect here, where nothing is trained and key frames and clips "
      + "are computed one at a time whatever the batch: \(listed(names, limit: 24))"
  }
}
