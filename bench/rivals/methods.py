"""The rivals, each as its own documentation shows it, and where there is a choice, the one that favours it.

forecast(series, origin) returns {horizon in seconds: value} from what is known at the origin. `series` has `step` (seconds), `first`
(Unix seconds of the first value), `horizons`, and until(origin), the values up to and with the bucket `origin`."""

import numpy as np

DAY = 86400
HISTORY_DAYS = 60  # no rival sees more, as Forescale does not


class Method:
    name = title = ""

    def history(self, series, origin, days=HISTORY_DAYS):
        return series.until(origin)[-days * DAY // series.step:]

    def at(self, series, path):
        """Of a path that begins one step after the origin, the values at the horizons."""
        return {horizon: float(path[horizon // series.step - 1]) for horizon in series.horizons}


class Prophet(Method):
    """Defaults, 60 days. Its intervals are switched off, which saves it most of the time to predict."""

    name, title = "prophet", "Prophet"

    def forecast(self, series, origin):
        import pandas
        from prophet import Prophet as Model

        history = self.history(series, origin)
        times = origin - series.step * np.arange(len(history) - 1, -1, -1)
        model = Model(uncertainty_samples=0)
        model.fit(pandas.DataFrame({"ds": pandas.to_datetime(times, unit="s"), "y": history}))
        wanted = pandas.DataFrame({"ds": pandas.to_datetime([origin + h for h in series.horizons], unit="s")})
        return dict(zip(series.horizons, model.predict(wanted)["yhat"].to_numpy()))


class Statsforecast(Method):
    """One of statsforecast's models, on three weeks: more costs more and helps none of them."""

    days = 21

    def forecast(self, series, origin):
        steps = max(series.horizons) // series.step
        return self.at(series, self.model(series).forecast(y=self.history(series, origin, self.days), h=steps)["mean"])


class AutoTheta(Statsforecast):
    name, title = "autotheta", "AutoTheta (daily season)"
    days = 14

    def model(self, series):
        from statsforecast.models import AutoTheta as Model
        return Model(season_length=DAY // series.step)


class Mstl(Statsforecast):
    """Days and weeks taken out, the rest by AutoARIMA: AutoARIMA alone, with a season of 288 steps, does not end within hours."""

    name, title = "mstl", "MSTL (day, week) + AutoARIMA"

    def model(self, series):
        from statsforecast.models import AutoARIMA as Trend
        from statsforecast.models import MSTL as Model
        return Model(season_length=[DAY // series.step, 7 * DAY // series.step], trend_forecaster=Trend())

    def forecast(self, series, origin):
        """Below two weeks there is no week to take out."""
        if len(series.until(origin)) * series.step < 15 * DAY:
            from statsforecast.models import AutoARIMA as Trend
            from statsforecast.models import MSTL as Model
            model = Model(season_length=[DAY // series.step], trend_forecaster=Trend())
            return self.at(series, model.forecast(y=self.history(series, origin), h=max(series.horizons) // series.step)["mean"])
        return super().forecast(series, origin)


class AutoArima(Statsforecast):
    """Without a season, on a week."""

    name, title = "autoarima", "AutoARIMA (no season)"
    days = 7

    def model(self, series):
        from statsforecast.models import AutoARIMA as Model
        return Model()


class LightGbm(Method):
    """One model per horizon on lags, hourly means, the same time of the days and the week before, the mean of the same time over seven
    days, and the calendar; in logs, relative to that mean; absolute loss; refitted every 14 days."""

    name, title = "lightgbm", "LightGBM per horizon"
    refit = 14 * DAY

    def __init__(self):
        self.fitted = {}  # series -> {number of the fit: {horizon: model}}

    def forecast(self, series, origin):
        models = self.models(series, origin)
        history = np.log1p(series.until(origin))
        said = {}
        for horizon, model in models.items():
            row, profile = self.features(series, history, np.array([len(history) - 1]), horizon)
            said[horizon] = float(np.expm1(model.predict(row, num_threads=1)[0] + profile[0]))
        return said

    def models(self, series, origin):
        """Fitted on what was known when the fit was due."""
        start = series.origins[0]
        number = (origin - start) // self.refit
        fits = self.fitted.setdefault(series.name, {})
        if number not in fits:
            fits[number] = {h: self.fit(series, start + number * self.refit, h) for h in series.horizons}
        return fits[number]

    def fit(self, series, origin, horizon):
        import lightgbm

        history = np.log1p(self.history(series, origin))
        ahead = horizon // series.step
        at = np.arange(min(8 * DAY // series.step, len(history) // 2), len(history) - ahead)
        rows, profile = self.features(series, history, at, horizon, origin)
        settings = {"objective": "l1", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 40, "bagging_fraction": 0.8,
                    "bagging_freq": 1, "feature_fraction": 0.8, "num_threads": 1, "verbose": -1, "seed": 1}
        return lightgbm.train(settings, lightgbm.Dataset(rows, history[at + ahead] - profile), num_boost_round=200)

    def features(self, series, history, at, horizon, origin=None):
        """A row per place in `history`; NaN where the history does not reach."""
        step, ahead, day = series.step, horizon // series.step, DAY // series.step

        def value(back):
            place = at - back
            return np.where(place >= 0, history[np.maximum(place, 0)], np.nan)

        def same_time(days, shift):
            """The target's time of day (shift = ahead) or the origin's (0), so many days back, where that is known."""
            return value(days * day - shift) if days * day >= shift else np.full(len(at), np.nan)

        profile = np.nanmean([same_time(days, ahead) for days in range(1, 8)] + [value(0) * np.nan], axis=0)
        profile = np.where(np.isnan(profile), value(0), profile)
        here = np.nanmean([same_time(days, 0) for days in range(1, 8)] + [value(0) * np.nan], axis=0)
        sums = np.concatenate([[0.0], np.cumsum(history)])
        hours = [(sums[at + 1] - sums[np.maximum(at + 1 - n, 0)]) / np.minimum(n, at + 1) for n in (3600 // step, 4 * 3600 // step, day)]
        last = (origin if origin is not None else series.first + (len(history) - 1) * step)
        times = last - (len(history) - 1 - at) * step + horizon
        time_of_day, weekday = times % DAY / DAY, (times // DAY + 3) % 7
        columns = [value(back) - profile for back in range(0, 12)] + [mean - profile for mean in hours]
        columns += [value(0) - here, same_time(1, ahead) - profile, same_time(2, ahead) - profile, same_time(7, ahead) - profile]
        columns += [profile, np.sin(2 * np.pi * time_of_day), np.cos(2 * np.pi * time_of_day), time_of_day, weekday]
        return np.column_stack(columns), profile


ALL = {method.name: method for method in (LightGbm, AutoTheta, Mstl, AutoArima, Prophet)}
