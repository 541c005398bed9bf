-- Offers of an alternative by the day on which they were asked for: how far each came, and what was ordered in the end.
-- `unanswered_by_pricing` are those that were given up because the pricing algorithm had no usable price.
WITH offers AS (
  SELECT
    store,
    JSON_VALUE(data, '$.offer_id') AS offer_id,
    MAX(case_id) AS case_id,
    MIN(day) AS day,
    MAX(JSON_VALUE(data, '$.trigger')) AS caused_by,
    MAX(currency) AS currency,
    COUNTIF(type = 'offer.requested') AS requested,
    COUNTIF(type = 'offer.ready') AS ready,
    COUNTIF(type = 'offer.delivered') AS delivered,
    COUNTIF(type = 'offer.viewed') AS viewed,
    COUNTIF(type = 'offer.accepted') AS accepted,
    COUNTIF(type = 'offer.declined') AS declined,
    COUNTIF(type = 'offer.expired') AS expired,
    COUNTIF(type = 'offer.cancelled') AS cancelled,
    COUNTIF(type = 'offer.replaced') AS replaced,
    COUNTIF(type = 'offer.cancelled' AND (reason LIKE 'pricing_%' OR reason = 'limit_breached')) AS by_pricing,
    MAX(CASE WHEN type = 'offer.accepted' THEN happened_at END) AS accepted_at
  FROM `${dataset}.events`
  WHERE type LIKE 'offer.%'
  GROUP BY store, offer_id
),
taken AS (
  SELECT
    case_id,
    SUM(CASE type WHEN 'case.recovered' THEN 1 ELSE -1 END) AS orders,
    SUM(
      CASE type WHEN 'case.recovered' THEN 1 ELSE -1 END
      * SAFE_CAST(JSON_VALUE(data, '$.revenue') AS NUMERIC)
    ) AS revenue
  FROM `${dataset}.events`
  WHERE type IN ('case.recovered', 'case.reversed')
  GROUP BY case_id
)
SELECT
  offers.day,
  offers.store,
  offers.caused_by,
  offers.currency,
  SUM(offers.requested) AS requested,
  SUM(offers.ready) AS ready,
  SUM(offers.delivered) AS delivered,
  SUM(offers.viewed) AS viewed,
  SUM(offers.accepted) AS accepted,
  SUM(offers.declined) AS declined,
  SUM(offers.expired) AS expired,
  SUM(offers.cancelled) AS cancelled,
  SUM(offers.replaced) AS replaced,
  SUM(offers.by_pricing) AS unanswered_by_pricing,
  COALESCE(SUM(CASE WHEN offers.accepted > 0 THEN taken.orders END), 0) AS orders,
  COALESCE(SUM(CASE WHEN offers.accepted > 0 THEN taken.revenue END), 0) AS revenue
FROM offers
LEFT JOIN taken ON taken.case_id = offers.case_id
GROUP BY day, store, caused_by, currency
