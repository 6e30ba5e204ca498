internal import NN

/// The plans of the latest models and extents, the latest first: key frames are seen at several sizes in turn, by several
/// models, and videos of one size follow each other. They share the first one's arena, which is the largest that any of
/// them needs.
final class PlanCache {
  struct Key: Hashable {
    let model: Int
    let batch: Int
    let height: Int
    let width: Int
    let keepingNamed: Bool
  }

  private var plans: [(key: Key, plan: NetworkPlan)] = []
  private var modelCount = 0
  private static let mostPlansOfModel = 8

  /// Counts a model that shares the memory, and numbers it.
  func addModel() -> Int {
    modelCount += 1
    return modelCount - 1
  }

  /// The plan of a key, made where it is not there.
  func plan(_ key: Key, _ layout: () throws -> NetworkLayout) throws -> NetworkPlan {
    if let known = plans.firstIndex(where: { $0.key == key }) {
      if known > 0 { plans.insert(plans.remove(at: known), at: 0) }
      return plans[0].plan
    }
    let layout = try layout()
    // The old arena goes before the new one comes.
    if let latest = plans.first, latest.plan.arenaCount < layout.arenaCount { plans = [] }
    let made = try NetworkPlan(layout, sharing: plans.first?.plan)
    plans = [(key, made)] + plans.prefix(Self.mostPlansOfModel * modelCount - 1)
    return made
  }
}
