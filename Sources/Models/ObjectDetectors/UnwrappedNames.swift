internal import Checkpoint

/// The names of a detector's tensors without what wrappers put before all of them: `module.` of data-parallel training,
/// `_orig_mod.` of torch.compile, whatever a program of one's own calls its detector.
///
/// All that PyTorch's libraries call their detectors' tensors begins with the name of a module, one of them `backbone`: what
/// all names of a file share before it is a wrapper's.
struct UnwrappedNames: TensorNaming {
  private static let module = "backbone"

  func rename(_ content: inout FileContent) {
    guard let first = content.items.lazy.compactMap({ Self.prefix(of: $0.name) }).first, !first.isEmpty,
      content.items.allSatisfy({ $0.name.hasPrefix(first) })
    else { return }
    for index in content.items.indices { content.items[index].name.removeFirst(first.count) }
    content.notices.append("'\(printable(first))' stands before every name and is left out")
  }

  /// What stands before the backbone's part of a name; nil for one without it.
  private static func prefix(of name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.firstIndex { $0 == module }.map { parts[..<$0].map { $0 + "." }.joined() }
  }
}
